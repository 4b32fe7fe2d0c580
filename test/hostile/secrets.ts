import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * Fake secrets in the lines that hold such, in pieces, so that nobody's scanner takes the file for a leak. `secrets` is what the rules
 * were written on; `heldOut` was written after them and measured once before they were widened (11 of 24 were missed).
 */
const secret = z.object({ what: z.string(), line: z.string(), secret: z.array(z.string()).min(2) });
export type Secret = z.infer<typeof secret>;

export const corpus = z
  .object({ secrets: z.array(secret), heldOut: z.array(secret), innocent: z.array(z.string()) })
  .parse(JSON.parse(readFileSync('test/hostile/secrets.json', 'utf8')));

export const lineOf = ({ line, secret: parts }: Secret): string => line.replace('%s', () => parts.join(''));

/** What a provider's key begins with is no secret, and short pieces occur by chance. */
const TELLING_CHARS = 5;
export const KNOWN = /^(?:sk_live_|github_pat_|npm_|dop_v1_|xoxb-|glpat-|sk-proj-|sk-ant-|ASIA|AKIA|AIza|ghp_|hvs\.|SG\.|open |django )$/;

/** The pieces of the secret that a text still holds. */
export const remainsOf = ({ secret: parts }: Secret, text: string): readonly string[] =>
  [parts.join(''), ...parts.filter((part) => part.length >= TELLING_CHARS && !KNOWN.test(part))].filter((part) => text.includes(part));
