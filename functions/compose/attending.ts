import { attendingConfig, readConfig } from '../../lib/adapters/config.ts';
import type { Attending } from '../requests.ts';
import { keysIn } from './keys.ts';
import { onceFor } from './once.ts';
import { querying } from './querying.ts';

/** For what people say, by the API or by a page's form. */
export const attending = onceFor((): Attending => {
  const config = readConfig(attendingConfig, process.env);
  return { ...querying(), keys: keysIn(config.ACCESS_SECRET), base: config.LINK_BASE };
});
