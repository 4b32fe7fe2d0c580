import type { LineAccount, Unparsed } from '../model/snapshot.ts';
import { redact } from '../text/redact.ts';

const MAX_SAMPLES = 20;
const MAX_SAMPLE_CHARS = 200;

/** Control characters (C0, DEL, C1) and bidirectional overrides: a host's text must not steer a terminal or a reader. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Without the word that a cut went through. */
const wholeWords = (text: string): string => (text.includes(' ') ? text.slice(0, text.lastIndexOf(' ')) : text);

/** Host's text made fit to be quoted: one line, no control characters, cut. */
export const quotable = (text: string, maxChars = MAX_SAMPLE_CHARS): string => {
  const isLong = text.length > maxChars * 2;
  const plain = text
    .slice(0, maxChars * 2)
    .replace(UNPRINTABLE, ' ')
    .trim();
  if (!isLong && plain.length <= maxChars) return plain;
  // Masked before it is cut: what is left of a secret then is not known for one any more.
  const safe = redact(isLong ? wholeWords(plain) : plain);
  return !isLong && safe.length <= maxChars ? safe : `${safe.slice(0, maxChars - 1)}…`;
};

/** Keeps book of every line, so that the counts add up and nothing is dropped in silence. */
export class Account {
  #understood = 0;
  #ignored = 0;
  #unparsed = 0;
  readonly #samples: Unparsed[] = [];

  understood(lines = 1): void {
    this.#understood += lines;
  }

  ignored(): void {
    this.#ignored += 1;
  }

  unparsed(text: string, line: number): void {
    this.#unparsed += 1;
    if (this.#samples.length < MAX_SAMPLES) this.#samples.push({ line, text: quotable(text) });
  }

  get understoodLines(): number {
    return this.#understood;
  }

  get(): LineAccount {
    return {
      total: this.#understood + this.#ignored + this.#unparsed,
      understood: this.#understood,
      ignored: this.#ignored,
      unparsed: this.#unparsed,
      samples: this.#samples,
    };
  }
}
