import type { AnnounceSettings } from '../cases/announce.ts';
import type { FoldSettings } from '../cases/fold.ts';
import { defaultFleetSettings, type FleetSettings } from '../fleet/fleet.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export interface Settings {
  readonly fold: FoldSettings;
  readonly announce: AnnounceSettings;
  readonly fleet: FleetSettings;
  /** Messages in a minute; what is more comes together in one. */
  readonly messagesPerMinute: number;
  readonly leaseMs: number;
  /** A host that uploads nothing for so long has its open cases closed as no longer reported. */
  readonly silenceMs: number;
  /** A host that uploads nothing for so long is itself a finding; `null`: never. */
  readonly silentAfterMs: number | null;
}

export const defaultSettings: Settings = {
  fold: {
    // DESIGN.md's window: long enough for a minute-wise cron to show staying and growing, short enough to forget yesterday's.
    windowMs: 30 * MINUTE_MS,
    maxSnapshots: 30,
    // A case that returns within a day is the same trouble.
    reopenMs: DAY_MS,
    // An agent that was cut off uploads in order; half an hour covers batches and retries.
    latenessMs: 30 * MINUTE_MS,
    // More contested things at once than anybody reads about; and a board must fit into one item of the table.
    maxCases: 16,
  },
  // A log often comes a minute before the snapshot that explains it.
  announce: {
    settlingMs: 2 * MINUTE_MS,
    // Half a shift, a shift, then once a day: often enough not to be forgotten, too seldom to be filtered away.
    remindersMs: [4 * HOUR_MS, 8 * HOUR_MS, 16 * HOUR_MS, DAY_MS],
  },
  fleet: defaultFleetSettings,
  // Nobody reads more; and SNS gives an email endpoint ten a second (DESIGN.md, "What people read").
  messagesPerMinute: 10,
  // Longer than publishing ever takes with the SDK's retries, shorter than anybody would wait for a message.
  leaseMs: 30_000,
  silenceMs: DAY_MS,
  // A cron of a quarter of an hour may fail thrice; nobody should be blind for longer.
  silentAfterMs: HOUR_MS,
};
