import type { LineAccount } from '../model/snapshot.ts';
import { redact } from '../text/redact.ts';

/** What was not understood is quoted in digests, and may be anything. */
export const redacted = (account: LineAccount): LineAccount => ({
  ...account,
  samples: account.samples.map(({ line, text }) => ({ line, text: redact(text) })),
});

const SECRET_NAME = /(?:pass\w{0,8}|pwd|secret|token|credentials?|authorization|cookie|key): /i;
const BEGINNING_CHARS = 200;

/**
 * Whether a log's line is to be masked before it is read. `spring.datasource.password: …`: its beginning would be taken for a logger's name and
 * left out, and nobody could tell any more.
 */
export const mayBeginWithSecret = (text: string): boolean => SECRET_NAME.test(text.slice(0, BEGINNING_CHARS));

/** A log's line, before it is read. */
export const withSafeBeginning = (text: string): string => (mayBeginWithSecret(text) ? redact(text) : text);
