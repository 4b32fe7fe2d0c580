/** What SNS takes in all for the forms of one message and its attributes (its Publish reference): a larger one is refused each time it is tried. */
const MESSAGE_BYTES = 256 * 1024;
/** The JSON and the email have a half each, less what the SMS and the attributes take. */
export const FORM_BYTES = MESSAGE_BYTES / 2 - 4 * 1024;

/** As a form stands within the message: quoted. */
const quotedBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text));

/** The first form that fits, the last where none does: they are tried from the whole one down. */
export const firstThatFits = (forms: readonly (() => string)[]): string => {
  let text = '';
  for (const form of forms) {
    text = form();
    if (quotedBytes(text) <= FORM_BYTES) return text;
  }
  return text;
};

const CUT_CHARS = 256;

/** For `JSON.stringify`: no text is longer. */
export const cutTexts = (_key: string, value: unknown): unknown =>
  typeof value === 'string' && value.length > CUT_CHARS ? `${value.slice(0, CUT_CHARS - 1)}…` : value;

/** The text, without its last lines where it is too long. */
export const fitLines = (text: string): string => {
  if (quotedBytes(text) <= FORM_BYTES) return text;
  const end = '\n[What follows is too long for a message.]\n';
  let kept = text;
  while (kept !== '' && quotedBytes(kept + end) > FORM_BYTES) kept = kept.slice(0, Math.max(0, kept.lastIndexOf('\n', kept.length * 0.9)));
  return kept + end;
};
