/** The GSM 7-bit default alphabet (3GPP TS 23.038 §6.2.1), in which an SMS holds 160 septets. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Reached by an escape: two septets each. */
const EXTENDED = new Set('^{}\\[~]|€');

export const SMS_SEPTETS = 160;

const septetsOf = (char: string): number => (EXTENDED.has(char) ? 2 : 1);

export const septets = (text: string): number => [...text].reduce((sum, char) => sum + septetsOf(char), 0);

/** Common typography as GSM-7 has it; accents that it lacks are dropped from their letters. */
const SUBSTITUTES: Readonly<Record<string, string>> = {
  '–': '-',
  '—': '-',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '…': '...',
  '\u00a0': ' ',
  '\u202f': ' ',
  '`': "'",
};

const toGsm = (char: string): string => {
  const known = SUBSTITUTES[char] ?? char;
  if ([...known].every((part) => BASIC.has(part) || EXTENDED.has(part))) return known;
  const [base = ''] = known.normalize('NFD');
  return BASIC.has(base) || EXTENDED.has(base) ? base : '?';
};

/** Text in the alphabet, cut to `limit` septets at a character, never within an escape. */
export const gsm7 = (text: string, limit = SMS_SEPTETS): string => {
  let used = 0;
  let result = '';
  for (const char of [...text].map(toGsm).join('')) {
    used += septetsOf(char);
    if (used > limit) break;
    result += char;
  }
  return result;
};
