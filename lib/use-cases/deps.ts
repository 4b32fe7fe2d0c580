import type { Meter } from './metrics.ts';
import type { Announcer, Clock, Journal, Records, Uploads } from './ports.ts';
import type { Settings } from './settings.ts';

/** What the use cases work with. */
export interface Deps {
  readonly uploads: Uploads;
  readonly records: Records;
  readonly announcer: Announcer;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly meter: Meter;
  readonly settings: Settings;
  /** Names this invocation in leases. */
  readonly owner: string;
}
