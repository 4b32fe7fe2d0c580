/** What SNS takes in all for the forms of one message and its attributes (its Publish reference): a larger one is refused each time it is tried. */
const MESSAGE_BYTES = 256 * 1024;
/** Names and values of all attributes, the marks between the forms. */
const ATTRIBUTES_BYTES = 4 * 1024;
/** Hardly any email is as long; what it leaves is the JSON's. */
const EMAIL_BYTES = 96 * 1024;

/** As a form stands within the message: quoted. */
const quotedBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text));

/** What the forms that people read leave for the one that programs do. */
export const roomBeside = (...forms: readonly string[]): number =>
  MESSAGE_BYTES - ATTRIBUTES_BYTES - forms.reduce((sum, form) => sum + quotedBytes(form), 0);

/** The first text that fits, quoted, into so many bytes, the last where none does: they are tried from the whole one down. */
export const firstThatFits = (bytes: number, forms: readonly (() => string)[]): string => {
  let text = '';
  for (const form of forms) {
    text = form();
    if (quotedBytes(text) <= bytes) return text;
  }
  return text;
};

const CUT_CHARS = 256;

/** For `JSON.stringify`: no text is longer. */
export const cutTexts = (_key: string, value: unknown): unknown =>
  typeof value === 'string' && value.length > CUT_CHARS ? `${value.slice(0, CUT_CHARS - 1).toWellFormed()}…` : value;

/** An email's text, without its last lines where it is too long. */
export const fitLines = (text: string): string => {
  if (quotedBytes(text) <= EMAIL_BYTES) return text;
  const end = '\n[What follows is too long for a message.]\n';
  let kept = text;
  while (kept !== '' && quotedBytes(kept + end) > EMAIL_BYTES) kept = kept.slice(0, Math.max(0, kept.lastIndexOf('\n', kept.length * 0.9)));
  return kept + end;
};
