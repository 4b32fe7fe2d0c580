import type { Deliver } from './deliver.ts';
import { parcelOf } from './deliver.ts';
import type { Deps } from './deps.ts';
import { settleFleet } from './fleets.ts';
import type { Page } from './ports.ts';
import { type Parcel, publishParcels } from './publish.ts';
import { settleHost } from './settle.ts';
import { TOGETHER, together } from './together.ts';

export interface SweepOutcome {
  readonly hosts: number;
  /** Hosts that have uploaded nothing for longer than they may. */
  readonly silent: number;
  /** Hosts, and keys of fleets, that could not be settled this time; the next sweep tries again. */
  readonly failed: readonly string[];
}

const isSilent = (heardAt: string | null, { clock, settings }: Deps): boolean =>
  heardAt !== null && Date.parse(clock.now()) - Date.parse(heardAt) >= settings.silenceMs;

/** When a host was last heard, where that is longer ago than a host may be silent. */
const silentSince = (heardAt: string | null, { clock, settings }: Deps): string | null => {
  const { silentAfterMs } = settings;
  if (heardAt === null || silentAfterMs === null) return null;
  return Date.parse(clock.now()) - Date.parse(heardAt) >= silentAfterMs ? heardAt : null;
};

/** Returns whether the host is silent. */
const settleBusy = async (host: string, deps: Deps, deliver: Deliver): Promise<boolean> => {
  const heardAt = await deps.records.lastHeard(host);
  const since = silentSince(heardAt, deps);
  await settleHost(host, deps, { isSilent: isSilent(heardAt, deps), silentSince: since, deliver });
  return since !== null;
};

/** A healthy host has no board, and so is not busy: it is found by when it was last heard. */
const settleUnheard = async (host: string, deps: Deps, deliver: Deliver): Promise<boolean> => {
  if (silentSince(await deps.records.lastHeard(host), deps) === null) return false;
  await settleBusy(host, deps, deliver);
  // Its case is open now, so that it is busy; a death before this line finds it again.
  await deps.records.stopWatching(host);
  return true;
};

const unheardBefore = ({ clock, settings }: Deps): string | null =>
  settings.silentAfterMs === null ? null : new Date(Date.parse(clock.now()) - settings.silentAfterMs).toISOString();

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const NOBODY: Page<string> = { items: [], cursor: null };

/** Collects what hosts and fleets have to say, so that a sweep that has much to say says it in one message. */
class Outgoing {
  readonly failed: string[] = [];
  readonly #deps: Deps;
  #parcels: Parcel[] = [];
  #since = '';

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async add(parcel: Parcel): Promise<void> {
    const { clock, settings } = this.#deps;
    if (parcel.entries.length + parcel.silent.length === 0) return;
    if (this.#parcels.length === 0) this.#since = clock.now();
    this.#parcels.push(parcel);
    // Leases run meanwhile: well before the first of them is over, what was collected goes out.
    if (Date.parse(clock.now()) - Date.parse(this.#since) > settings.leaseMs / 3) await this.flush();
  }

  async flush(): Promise<void> {
    const parcels = this.#parcels;
    this.#parcels = [];
    if (parcels.length === 0) return;
    for (const { host, error } of await publishParcels(parcels, 'sweep', this.#deps)) this.note(host, error);
  }

  note(host: string, error: unknown): void {
    this.failed.push(host);
    this.#deps.journal.warn('not settled', { host, error: messageOf(error) });
  }
}

interface Turn {
  readonly pages: (cursor: string | null) => Promise<Page<string>>;
  /** Where to begin: a cursor of `pages`. */
  readonly from: string | null;
  readonly isTimeUp: () => boolean;
}

interface Walked {
  readonly seen: number;
  /** To the end. */
  readonly isThrough: boolean;
  /** Where the next sweep goes on; `null`: at the beginning. */
  readonly next: string | null;
}

/** One's trouble does not hold back the others. */
const forEach = async ({ pages, from, isTimeUp }: Turn, act: (name: string) => Promise<void>, outgoing: Outgoing): Promise<Walked> => {
  let seen = 0;
  let cursor = from;
  do {
    const page = await pages(cursor);
    for (let i = 0; i < page.items.length; i += TOGETHER) {
      if (isTimeUp()) return { seen, isThrough: false, next: cursor };
      const some = page.items.slice(i, i + TOGETHER);
      seen += some.length;
      await together(some, (name) => act(name).catch((error: unknown) => outgoing.note(name, error)));
    }
    cursor = page.cursor;
  } while (cursor !== null);
  return { seen, isThrough: true, next: null };
};

/** Shares of a sweep's time that are left when the next thing must begin. What was collected must still be told and noted after all of them. */
const LEFT_AFTER = { hosts: 0.5, unheard: 0.4, fleets: 0.25 } as const;

/**
 * Does what no upload triggers, for hosts with something open or due: leases that ran out, inconclusive findings that have settled,
 * cases whose host uploads nothing any more; then fleets, whose hosts are settled by then. Where there are more than the time is enough for, the
 * next sweep goes on where this one stopped: else those behind would never have their turn.
 *
 * @param remainingMs how long it may still take
 */
export const sweep = async (deps: Deps, remainingMs = (): number => Number.POSITIVE_INFINITY): Promise<SweepOutcome> => {
  const { records, meter } = deps;
  const whole = remainingMs();
  const timeFor = (what: keyof typeof LEFT_AFTER) => (): boolean => remainingMs() < whole * LEFT_AFTER[what];
  const silent = new Set<string>();
  const note = (host: string, isSilentNow: boolean): void => void (isSilentNow && silent.add(host));
  const outgoing = new Outgoing(deps);
  const collect: Deliver = async (host, claimed) => outgoing.add(await parcelOf(host, claimed, deps));
  const former = await records.lastSweep();
  const hosts = await forEach(
    { pages: (cursor) => records.busyHosts(cursor), from: former?.hosts ?? null, isTimeUp: timeFor('hosts') },
    async (host) => note(host, await settleBusy(host, deps, collect)),
    outgoing,
  );
  const before = unheardBefore(deps);
  const unheard = await forEach(
    {
      pages: async (cursor) => (before === null ? NOBODY : records.hostsUnheardSince(before, cursor)),
      from: null,
      isTimeUp: timeFor('unheard'),
    },
    async (host) => note(host, await settleUnheard(host, deps, collect)),
    outgoing,
  );
  const fleets = await forEach(
    { pages: (cursor) => records.watchedFleets(cursor), from: former?.fleets ?? null, isTimeUp: timeFor('fleets') },
    async (key) => outgoing.add(await settleFleet(key, deps)),
    outgoing,
  );
  await outgoing.flush();
  await records.noteSweep({ at: deps.clock.now(), hosts: hosts.next, fleets: fleets.next });
  meter.count('BusyHosts', hosts.seen);
  meter.count('SilentHosts', silent.size);
  meter.count('SettlingFailed', outgoing.failed.length);
  // Of several that it takes to come round, the last.
  if ([hosts, unheard, fleets].every(({ isThrough }) => isThrough)) meter.count('SweepsCompleted', 1);
  return { hosts: hosts.seen, silent: silent.size, failed: outgoing.failed };
};
