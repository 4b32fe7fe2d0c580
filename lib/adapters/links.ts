import { type LinkTo, noLink, signedLinks } from '../access/link.ts';
import type { AccessKeys, Journal } from '../use-cases/ports.ts';

/** Links for messages, with the newest key. A message whose link cannot be signed goes out without one, and that is logged. */
export const linksWith =
  (base: string, days: number, keys: AccessKeys, journal: Journal): (() => Promise<LinkTo>) =>
  async () => {
    try {
      const [key] = await keys.keys(null);
      return key === undefined ? noLink : signedLinks(base, days, key);
    } catch (error) {
      journal.warn('messages go out without a link', { error: error instanceof Error ? error.message : String(error) });
      return noLink;
    }
  };
