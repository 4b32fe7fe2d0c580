import type { LineAccount } from '../model/snapshot.ts';
import { redact } from '../text/redact.ts';

/** What was not understood is quoted in digests, and may be anything. */
export const redacted = (account: LineAccount): LineAccount => ({
  ...account,
  samples: account.samples.map(({ line, text }) => ({ line, text: redact(text) })),
});
