import type { Announcement } from '../fleet/fleet.ts';
import type { Deps } from './deps.ts';
import { together } from './together.ts';

/** What one host or fleet has to say, and how its outbox learns what was said. */
export interface Parcel {
  /** The host's name or the fleet's key, for the journal. */
  readonly host: string;
  readonly entries: readonly Announcement[];
  /** Ids that need no message of their own. */
  readonly silent: readonly string[];
  /** What was not said is released for whoever comes next. */
  settle(done: readonly string[]): Promise<void>;
}

export interface Failure {
  readonly host: string;
  readonly error: unknown;
}

/** More transitions of one host at once than that are one message: nobody reads them apart. */
const MAX_APART = 5;

type Group = readonly Announcement[];

/**
 * Whole messages, each of one announcement or of many. An upload that finds the minute's messages used up leaves the rest to the sweep,
 * which tells all of it in one.
 */
const groupsOf = async (all: Group, by: 'upload' | 'sweep', { records, clock, settings }: Deps): Promise<readonly Group[]> => {
  const wanted = all.length > (by === 'upload' ? MAX_APART : settings.messagesPerMinute) ? [all] : all.map((one) => [one]);
  const allowed: Group[] = [];
  for (const group of wanted) {
    if (!(await records.takeSlot(clock.now(), settings.messagesPerMinute))) break;
    allowed.push(group);
  }
  if (allowed.length === wanted.length || by === 'upload') return allowed;
  return [all];
};

const publishGroup = async (group: Group, { announcer }: Deps): Promise<void> => {
  const [first, ...more] = group;
  if (first === undefined) return;
  if (more.length === 0) await announcer.publish(first);
  else await announcer.publishTogether(group);
};

/** Publishes as much as may be, then records it parcel by parcel. What failed is released, and the failures are handed back. */
export const publishParcels = async (parcels: readonly Parcel[], by: 'upload' | 'sweep', deps: Deps): Promise<readonly Failure[]> => {
  const all = parcels.flatMap(({ entries }) => entries);
  const published = new Set<string>();
  const errors: unknown[] = [];
  try {
    for (const group of await groupsOf(all, by, deps)) {
      await publishGroup(group, deps);
      for (const { id, analysis } of group) {
        published.add(id);
        deps.journal.info('announced', { host: analysis.host, transition: id, together: group.length });
      }
    }
  } catch (error) {
    errors.push(error);
    deps.meter.count('PublishingFailed', 1);
  }
  const record = async (parcel: Parcel): Promise<readonly Failure[]> => {
    const said = parcel.entries.map(({ id }) => id).filter((id) => published.has(id));
    const isAll = said.length === parcel.entries.length;
    const unsaid = isAll ? [] : errors.map((error) => ({ host: parcel.host, error }));
    try {
      await parcel.settle([...parcel.silent, ...said]);
      return unsaid;
    } catch (error) {
      return [...unsaid, { host: parcel.host, error }];
    }
  };
  // Well before the leases are over, of however many.
  return (await together(parcels, record)).flat();
};
