import type { Deliver } from './deliver.ts';
import { parcelOf } from './deliver.ts';
import type { Deps } from './deps.ts';
import { settleFleet } from './fleets.ts';
import type { Page } from './ports.ts';
import { type Parcel, publishParcels } from './publish.ts';
import { settleHost } from './settle.ts';

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

/** One's trouble does not hold back the others. */
const forEach = async (
  pages: (cursor: string | null) => Promise<Page<string>>,
  act: (name: string) => Promise<void>,
  outgoing: Outgoing,
): Promise<number> => {
  let seen = 0;
  let cursor: string | null = null;
  do {
    const page = await pages(cursor);
    for (const name of page.items) {
      seen += 1;
      await act(name).catch((error: unknown) => outgoing.note(name, error));
    }
    cursor = page.cursor;
  } while (cursor !== null);
  return seen;
};

/**
 * Does what no upload triggers, for hosts with something open or due: leases that ran out, inconclusive findings that have settled,
 * cases whose host uploads nothing any more; then fleets, whose hosts are settled by then.
 */
export const sweep = async (deps: Deps): Promise<SweepOutcome> => {
  const { records, meter } = deps;
  const silent = new Set<string>();
  const note = (host: string, isSilentNow: boolean): void => void (isSilentNow && silent.add(host));
  const outgoing = new Outgoing(deps);
  const collect: Deliver = async (host, claimed) => outgoing.add(await parcelOf(host, claimed, deps));
  const hosts = await forEach(
    (cursor) => records.busyHosts(cursor),
    async (host) => note(host, await settleBusy(host, deps, collect)),
    outgoing,
  );
  const unheard = unheardBefore(deps);
  if (unheard !== null) {
    await forEach(
      (cursor) => records.hostsUnheardSince(unheard, cursor),
      async (host) => note(host, await settleUnheard(host, deps, collect)),
      outgoing,
    );
  }
  await forEach(
    (cursor) => records.watchedFleets(cursor),
    async (key) => outgoing.add(await settleFleet(key, deps)),
    outgoing,
  );
  await outgoing.flush();
  await records.noteSweep(deps.clock.now());
  meter.count('BusyHosts', hosts);
  meter.count('SilentHosts', silent.size);
  meter.count('SettlingFailed', outgoing.failed.length);
  meter.count('SweepsCompleted', 1);
  return { hosts, silent: silent.size, failed: outgoing.failed };
};
