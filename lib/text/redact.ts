/**
 * Secrets in log text, before it leaves. Of what npm has, secretlint's rules know far more providers' keys, but are asynchronous and
 * know no `password=` in a sentence; redact-pii is made for personal data. So: a few rules, each for one well-known form, all linear.
 * Better one word too many than one too few.
 */
const MASK = '[redacted]';

interface Rule {
  readonly pattern: RegExp;
  readonly replace: string | ((...groups: string[]) => string);
}

const RULES: readonly Rule[] = [
  { pattern: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]{0,8000}?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g, replace: MASK },
  { pattern: /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]{0,})?/g, replace: MASK }, // JSON web tokens
  { pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, replace: MASK }, // AWS access key ids
  { pattern: /\bcw_[0-9a-f]{16}_[\w-]{43}/g, replace: MASK }, // host tokens of this project
  {
    pattern: /\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|xox[abprs]-[\w-]{10,}|sk_(?:live|test)_\w{10,}|AIza[\w-]{30,}|glpat-[\w-]{16,})/g,
    replace: MASK,
  },
  { pattern: /(?<=:\/\/)[^\s/@:]{0,128}:[^\s/]{1,256}@/g, replace: `${MASK}@` }, // user:password@host
  {
    pattern: /\b((?:proxy-)?authorization["']?\s?[:=]\s?["']?)(?:(?:basic|bearer|digest|token|negotiate)\s)?[^\s"',;]{1,4096}/gi,
    replace: `$1${MASK}`,
  },
  { pattern: /\b(bearer|basic)\s[\w.~+/=-]{8,4096}/gi, replace: `$1 ${MASK}` },
  { pattern: /\b((?:set-)?cookie["']?\s?[:=]\s?)[^\r\n]{1,4096}/gi, replace: `$1${MASK}` },
  {
    pattern:
      /((?:passw(?:or)?d|passwd|pwd|secret|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?token|session[_-]?id|token|credential)s?["']?\s?[:=]\s?["']?)[^\s"'&,;)]{1,1024}/gi,
    replace: `$1${MASK}`,
  },
  { pattern: /(--?(?:pass(?:word|wd)?|secret|token|api-?key)\s)[^\s]{1,1024}/gi, replace: `$1${MASK}` }, // --password value
];

/** ISO/IEC 7812-1's check digit: most long numbers are no card numbers. */
const isCard = (digits: string): boolean => {
  let sum = 0;
  for (const [i, char] of [...digits].reverse().entries()) {
    const doubled = Number(char) * (i % 2 === 1 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits.length >= 13 && digits.length <= 19 && sum % 10 === 0;
};

const CARD = /\b\d(?:[ -]?\d){12,18}\b/g;

export const redact = (text: string): string => {
  let safe = text;
  for (const { pattern, replace } of RULES)
    safe = typeof replace === 'string' ? safe.replace(pattern, replace) : safe.replace(pattern, replace);
  return safe.replace(CARD, (match) => (isCard(match.replaceAll(/\D/g, '')) ? MASK : match));
};
