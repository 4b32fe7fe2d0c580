/** Secrets that are arguments of a command: of a server's protocol, as it stands in traces, or of a program. All linear. */
const MASK = '[redacted]';

interface CommandRule {
  readonly pattern: RegExp;
  readonly replace: (...groups: string[]) => string;
}

/** What a sentence about AUTH goes on with; a password is none of these. */
const SENTENCE =
  /^(?:errors?|fail(?:s|ed|ure)?|required|ok|success(?:ful)?|succeeded|timeouts?|timed|denied|accepted|rejected|refused|done|disabled|enabled|missing|called|service|server|module|method|mechanism|plugin|provider|commands?|request|response|token|is|was|has|not|for|from|to|on|at|by|in|with|without|before|after|plain|login|pid|port|user|cram-md5|xoauth2|gssapi)[.,:;!]?$/i;
const ADDRESS = /^\[?(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}:[0-9a-f:]{1,40})\]?(?::\d{1,5})?$/i;
const isProse = (word: string): boolean => SENTENCE.test(word) || ADDRESS.test(word);

/** `AUTH password`, `AUTH user password` (https://redis.io/docs/latest/commands/auth/), as typed: the command is all that follows. */
const typedAuth = (whole = '', command = '', first = '', second = ''): string => {
  if (isProse(first) && !/^(?:plain|login|cram-md5|xoauth2|gssapi)$/i.test(first)) return whole;
  if (second === '') return isProse(first) ? whole : `${command}${MASK}`;
  return isProse(second) ? whole : `${command}${first} ${MASK}`;
};

/** Mixed from letters and digits, as words and plain numbers are not. */
const isMixed = (word: string): boolean => /\d/.test(word) && /[a-z]/i.test(word) && !ADDRESS.test(word);

/** SMTP's first answer is base64: `AUTH PLAIN AHVz…`. */
const SMTP = {
  pattern: /\b(AUTH (?:PLAIN|LOGIN|XOAUTH2) )([\w+/]{4,1024}={0,2})/g,
  replace: (whole = '', command = '', value = '') => (/\d|=$|[a-z][A-Z]/.test(value) ? `${command}${MASK}` : whole),
};

const REDIS: readonly CommandRule[] = [
  // MONITOR, SLOWLOG and clients' traces quote: "AUTH" "user" "password".
  {
    pattern: /((["'])(?:auth2?|requirepass|masterauth)\2(?:,\s?|\s))["'][^"'\r\n]{1,1024}["']((?:,\s?|\s)["'][^"'\r\n]{1,1024}["'])?/gi,
    replace: (_, command = '') => `${command}"${MASK}"`,
  },
  // On the wire: `$4 AUTH $8 password`, with line ends, escaped or given as spaces.
  {
    pattern: /(\$\d{1,4}(?:\\r\\n|\s)AUTH(?:\\r\\n|\s))((?:\$\d{1,4}(?:\\r\\n|\s)[^\s\\]{1,1024}(?:\\r\\n|\s|$)){1,2})/gi,
    replace: (_, command = '') => `${command}${MASK}`,
  },
  // Typed: at the beginning, or behind a prompt.
  { pattern: /((?:^|> ?|["'`])(?:AUTH|auth) )([^\s"'`:=[]{1,1024})(?: ([^\s"'`]{1,1024}))?(?=["'`]?\s{0,8}$)/gm, replace: typedAuth },
  // redis-cli's prompt tells what it is, whatever follows: `10.0.0.5:6379> AUTH …`.
  {
    pattern: /(\d> AUTH (?:default )?)([^\s"'`]{1,1024})/gi,
    replace: (whole = '', command = '', value = '') => (isProse(value) ? whole : `${command}${MASK}`),
  },
  // Within a line only what looks like a password: programs log under names such as AUTH, too.
  {
    pattern: /\b(AUTH2?\s(?:default\s)?)([^\s"'[]{4,1024})(?:\s([^\s"'[]{4,1024}))?/g,
    replace: (_, command = '', first = '', second = '') => {
      if (isMixed(first)) return `${command}${MASK}${second === '' ? '' : ` ${second}`}`;
      return `${command}${first}${second === '' ? '' : ` ${isMixed(second) ? MASK : second}`}`;
    },
  },
  // ACL SETUSER user on >password <password #hash: https://redis.io/docs/latest/commands/acl-setuser/
  {
    pattern: /\bACL\s+SETUSER\s[^\r\n]{1,2000}/gi,
    replace: (whole = '') => whole.replace(/(\s["']?[><#!])[^\s"']{1,1024}/g, `$1${MASK}`),
  },
];

/** Options of programs that take a password by a letter: `-p'two words'` is one value. */
const WORD = '(?:"[^"\\r\\n]{1,1024}"|\'[^\'\\r\\n]{1,1024}\'|\\S{1,1024})';
const option = (letters: string): RegExp => new RegExp(`(\\s${letters})${WORD}`, 'g');

const BY_PROGRAM: readonly (readonly [program: RegExp, option: RegExp])[] = [
  [/\bmysql[\w-]{0,20}\s[^\r\n]{1,2000}/gi, option('-p')],
  [/\bmariadb[\w-]{0,20}\s[^\r\n]{1,2000}/gi, option('-p')],
  [/\bsshpass\s[^\r\n]{1,2000}/gi, option('-p\\s?')],
  [/\bredis-cli\s[^\r\n]{1,2000}/gi, option('(?:-a|--pass)\\s?')],
  [/\bcurl\s[^\r\n]{1,2000}/gi, option('(?:-u|--user)[\\s=]?["\']?[^\\s:"\']{0,128}:')],
  [/\bdocker login\s[^\r\n]{1,2000}/gi, option('-p\\s')],
  [/\bldap(?:search|modify|add|delete|passwd|whoami)\s[^\r\n]{1,2000}/g, option('-w\\s?')],
  [/\bmongo(?:sh|dump|restore|export|import)?\s[^\r\n]{1,2000}/g, option('-p\\s?')],
  [/\b(?:sqlcmd|bcp|zip)\s[^\r\n]{1,2000}/g, option('-P\\s?')],
  [/\bkeytool\s[^\r\n]{1,2000}/g, option('-(?:store|key|srcstore|deststore)pass\\s')],
  [/\bsnmp(?:walk|get|bulkwalk|set)\s[^\r\n]{1,2000}/g, option('-[cAX]\\s?')],
];

/** What else is a secret only if it looks like one: a word of prose stays. */
const IF_MIXED: readonly RegExp[] = [
  /\b(passw(?:or)?d (?:is|was) ["']?)([^\s"']{4,1024})/gi,
  /\b(passw(?:or)?d[ \t])([^\s"']{6,1024})/gi, // .netrc
  /\b(PASS )(\S{4,1024})/g, // FTP, POP3
  /\b(LOGIN \S{1,128} )(\S{4,1024})/g, // IMAP
  /(?<=:\/\/)()([^\s/@:]{16,256})(?=@)/g, // A token as the user of a URL.
];

/** An AWS secret key has no mark of its own: 40 characters of base64. Names of classes are as long, but are made of words. */
const AWS_SECRET = /(?<![\w/+=.$-])[A-Za-z0-9/+]{40}(?![\w/+=.$-])/g;
const WORDLIKE = /[a-z]{7}/;
const isRandom = (text: string): boolean =>
  (text.match(/\d/g)?.length ?? 0) >= 2 && /[a-z]/.test(text) && /[A-Z]/.test(text) && !WORDLIKE.test(text);

export const COMMANDS: readonly CommandRule[] = [
  SMTP,
  ...REDIS,
  ...IF_MIXED.map((pattern) => ({
    pattern,
    replace: (whole = '', before = '', value = '') => (isMixed(value) ? `${before}${MASK}` : whole),
  })),
  { pattern: AWS_SECRET, replace: (whole = '') => (isRandom(whole) ? MASK : whole) },
  ...BY_PROGRAM.map(([pattern, value]) => ({ pattern, replace: (whole = '') => whole.replace(value, `$1${MASK}`) })),
];
