import { pagesConfig, readConfig } from '../../lib/adapters/config.ts';
import type { Downloads } from '../../lib/use-cases/ports.ts';
import type { Showing } from '../requests.ts';
import { keysIn } from './keys.ts';
import { onceFor, whenNeeded } from './once.ts';
import { querying } from './querying.ts';

/** Of the pages one alone leads to uploads: the others need no S3 client. */
const downloadsOf = (open: () => Promise<Downloads>): Downloads => {
  const downloads = whenNeeded(open);
  return { address: async (ref) => (await downloads()).address(ref) };
};

/** For the pages that people look at. */
export const showing = onceFor((): Showing => {
  const config = readConfig(pagesConfig, process.env);
  return {
    ...querying(),
    keys: keysIn(config.ACCESS_SECRET),
    downloads: downloadsOf(async () => (await import('../../lib/adapters/s3-downloads.ts')).s3Downloads()),
  };
});
