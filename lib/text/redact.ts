import { COMMANDS } from './secret-commands.ts';

/**
 * Secrets in log text, before it leaves. Of what npm has, secretlint's recommended rules were measured on `test/hostile/secrets.json`:
 * they are asynchronous, take fifty times as long, and find a ninth of it, since they know providers' keys in source code, not what logs
 * hold (`password=`, cookies, headers); redact-pii is made for personal data. So: rules, each for one well-known form, all linear.
 * Better one word too many than one too few.
 */
const MASK = '[redacted]';

interface Rule {
  readonly pattern: RegExp;
  readonly replace: string | ((...groups: string[]) => string);
}

/** What providers' keys begin with, so that they are known wherever they stand. */
const TOKENS: readonly RegExp[] = [
  /\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|npm_\w{30,}|pypi-[\w-]{16,}|dckr_pat_[\w-]{16,})/g,
  /\b(?:xox[abeprs]-[\w-]{10,}|xapp-[\w-]{10,}|[sr]k_(?:live|test)_\w{10,}|sk-[\w-]{20,}|shpat_\w{16,})/g,
  /\b(?:AIza[\w-]{30,}|ya29\.[\w-]{10,}|hv[sbr]\.[\w-]{16,}|do[opr]_v1_\w{32,}|(?:AKIA|ASIA)[A-Z0-9]{16}|cw_[0-9a-f]{16}_[\w-]{43})/g,
  /\bSG\.[\w-]{16,128}\.[\w-]{16,}/g,
  /\b(?:GOCSPX-[\w-]{20,}|1\/\/0[\w-]{20,}|whsec_\w{20,}|glrt-[\w-]{16,}|sq0(?:atp|csp)-[\w-]{20,}|hf_\w{30,})/g,
  /\b(?:FwoGZXIvYXdz|IQoJb3JpZ2lu)[\w+/=%-]{16,4096}/g, // AWS session tokens
  /\$(?:1|2[abxy]|5|6|y|apr1|argon2(?:id|i|d)|scrypt)\$[\w./$,=+-]{8,256}/g, // hashes of passwords, crypt(5)
  /\b(?:dapi[0-9a-f]{32}|PMAK-[\w-]{40,}|AGE-SECRET-KEY-1[A-Z0-9]{40,}|key-[0-9a-f]{32})\b/g,
];

/** JSON web tokens, whole or cut off. */
const JWT = /(?<![\w-])eyJ[\w-]{8,}(?:\.[\w-]{0,})?(?:\.[\w-]{0,})?/g;

/** Values of names like these: quoted (also within JSON in a string), or a word. */
const NAMES =
  'passw(?:or)?ds?|passwds?|passphrase|(?<=[_-])pass|pwd|bind_?pw|secrets?(?:[_-]?key(?:[_-]base)?)?|(?<=["\'])auth|credentials?|(?:api|access|account|private|shared|signing|encryption|auth|subscription|functions|master)[_-]?key|_auth|passwort|kennwort|contrase(?:n|ñ)a|mot de passe|(?<![a-z])mdp|session[_-]?id|sessid|otp|cvv|cvc|(?<!nexpected )token';
const SEPARATOR = '(?:\\\\{0,7}["\']|%22|&quot;)?\\s?(?::=|=>|->|[:=：]|%3[ad])[ \\t]{0,8}(?:%22|&quot;)?';
const VALUE =
  '(?:\\\\{1,7}"[^"\\\\\\r\\n]{1,1024}|[bu]?(?:"(?:[^"\\\\\\r\\n]|\\\\.){1,1024}|\'[^\'\\r\\n]{1,1024})|[^\\s"\'&,;)}<>\\\\]{1,1024})';

const quoteOf = (value: string): string => /^(?:\\{0,7}|[bu])["']/.exec(value)?.[0] ?? '';

/** `Bearer is not configured` is a sentence; what has digits, or capitals within, is none. */
const isOpaque = (value: string): boolean => /[0-9=_]|[a-z][A-Z]/.test(value);

const MIN_DIGITS = 4;
const hasDigits = (text: string): boolean => (text.match(/\d/g)?.length ?? 0) >= MIN_DIGITS;

/** Which says that there is no secret, and may be why something fails. */
const NO_VALUE = /^(?:null|none|nil|undefined|true|false|disabled|enabled|required|missing|empty|\*{1,16})$/i;

const RULES: readonly Rule[] = [
  {
    pattern: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----(?:[^-]|-(?!----)){0,8000}(?:-----END [A-Z ]{0,60}-----)?/g,
    replace: MASK,
  },
  // A line of a key whose beginning stands in another line.
  { pattern: /^[\w+/]{48,76}={0,2}$/gm, replace: (line = '') => (/[a-z][A-Z]/.test(line) ? MASK : line) },
  // The same within a record: whoever logs a key logs it line by line. Paths of classes have hardly a digit.
  {
    pattern: /(?<![\w+/=.$-])[\w+/]{60,76}={0,2}(?![\w+/=.$-])/g,
    replace: (line = '') => (/[a-z][A-Z]/.test(line) && hasDigits(line) ? MASK : line),
  },
  ...TOKENS.map((pattern) => ({ pattern, replace: MASK })),
  { pattern: JWT, replace: MASK },
  { pattern: /(hooks\.slack\.com\/services\/|\/api\/webhooks\/|webhook\.office\.com\/webhookb2\/)[\w/@-]{8,}/g, replace: `$1${MASK}` },
  { pattern: /(\/bot)\d{6,12}:[\w-]{4,}/g, replace: `$1${MASK}` }, // Telegram
  // user:password@host, or what is left of it where a quotation was cut. A password may have slashes, as the port before a path has not.
  {
    pattern: /(?<=:\/\/)[^\s/@:[]{0,128}:(?!\d{1,5}[/?#])(?:[^\s/]{1,256}(?:@|…$)|[^\s"'<>@]{1,80}@)/g,
    replace: `${MASK}@`,
  },
  { pattern: /(?<![\w.-])[\w.-]{1,64}:[^\s@]{1,64}(?=@(?:tcp|unix)\()/g, replace: MASK }, // Go's MySQL driver
  { pattern: /(:thin:[^\s/@:]{1,64}\/)[^\s/@]{1,128}@/g, replace: `$1${MASK}@` }, // Oracle
  { pattern: /\b(authorization["']?\s?[:=]\s?["'[]{0,2}(?:digest|aws4-hmac-sha256|oauth|hmac))\s[^\r\n]{1,4096}/gi, replace: `$1 ${MASK}` },
  {
    pattern:
      /\b(authorization["']?\s?[:=]\s?["'[]{0,2})(?:(?:basic|bearer|token|negotiate|ntlm|apikey|ssws|splunk|geniekey|key|bot)\s)?(?!redacted\])[^\s"',;[\]]{6,4096}/gi,
    replace: `$1${MASK}`,
  },
  {
    pattern: /\b(bearer|basic)\s([\w.~+/=-]{8,4096})/gi,
    replace: (whole, scheme = '', value = '') => (isOpaque(value) ? `${scheme} ${MASK}` : whole),
  },
  { pattern: /\b((?:set-)?cookie["']?\s?[:=]\s?)[^\r\n]{1,4096}/gi, replace: `$1${MASK}` },
  {
    pattern: new RegExp(`((?:${NAMES})${SEPARATOR})(${VALUE})`, 'gi'),
    replace: (whole = '', name = '', value = '') => (NO_VALUE.test(value) ? whole : `${name}${quoteOf(value)}${MASK}`),
  },
  {
    pattern:
      /(<\/?(?:[\w.-]{1,40}:)?[\w.-]{0,40}(?:password|passwd|passphrase|secret|token|api-?key)(?:\s[^<>]{0,200})?>)[^<\r\n]{1,1024}/gi,
    replace: `$1${MASK}`,
  },
  { pattern: /\b((?:identified (?:with \S{1,64} )?by|password)\s['"])[^'"\r\n]{1,1024}/gi, replace: `$1${MASK}` }, // SQL
  { pattern: /\b((?:requirepass|masterauth)\s)\S{1,1024}/g, replace: `$1${MASK}` }, // Redis
  { pattern: /((?<![a-z])pass[:=])[^\s&,;]{1,1024}/gi, replace: `$1${MASK}` },
  { pattern: /([?&](?:code|ticket)=)[^\s&"'<>]{6,1024}/g, replace: `$1${MASK}` }, // OAuth 2 (RFC 6749 §4.1.2), CAS
  { pattern: /((?<![a-z])pin["']?\s?[:=]\s?["']?)\d{4,12}(?!\d)/gi, replace: `$1${MASK}` },
  { pattern: /((?:(?<![a-z])(?:sig|sid|hmac)|signature)=)[^\s&,;"']{6,1024}/gi, replace: `$1${MASK}` },
  { pattern: /(--?(?:pass(?:word|wd|phrase)?|secret|token|api-?key)\s)\S{1,1024}/gi, replace: `$1${MASK}` }, // --password value
  // The value stands beside its name: name="password" value="…", ("password", "…").
  {
    pattern:
      /(["'][\w.-]{0,60}(?:passw(?:or)?d|secret|token|api[_-]?key)["'](?:,\s?|\s)(?:["']?value["']?\s?[:=]\s?)?["'])[^"'\r\n]{1,1024}/gi,
    replace: `$1${MASK}`,
  },
  ...COMMANDS,
];

/** How long a card's number may be, by what it begins with: most long numbers are times, serial numbers and ids. */
const ISSUERS = /^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7]|35|60|62|64|65)\d{14}|3[47]\d{13}|3[068]\d{12}|6\d{15,18})$/;

/** ISO/IEC 7812-1's check digit. */
const isCard = (digits: string): boolean => {
  let sum = 0;
  for (const [i, char] of [...digits].reverse().entries()) {
    const doubled = Number(char) * (i % 2 === 1 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return ISSUERS.test(digits) && sum % 10 === 0;
};

/** In one piece, or in the groups that are printed on cards: columns of figures are none. */
const CARDS: readonly RegExp[] = [/\b\d{13,19}\b/g, /\b\d{4}[ .-]\d{4}[ .-]\d{4}[ .-]\d{4}\b/g, /\b\d{4}[ -]\d{6}[ -]\d{4,5}\b/g];

const maskCard = (match: string): string => (isCard(match.replaceAll(/\D/g, '')) ? MASK : match);

export const redact = (text: string): string => {
  let safe = text;
  for (const { pattern, replace } of RULES)
    safe = typeof replace === 'string' ? safe.replace(pattern, replace) : safe.replace(pattern, replace);
  for (const pattern of CARDS) safe = safe.replace(pattern, maskCard);
  return safe;
};
