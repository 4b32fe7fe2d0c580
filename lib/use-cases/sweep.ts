import type { Deliver } from './deliver.ts';
import { parcelOf } from './deliver.ts';
import type { Deps } from './deps.ts';
import { settleFleet } from './fleets.ts';
import type { Page } from './ports.ts';
import { type Parcel, publishParcels } from './publish.ts';
import { settleHost } from './settle.ts';

export interface SweepOutcome {
  readonly hosts: number;
  /** Hosts, and keys of fleets, that could not be settled this time; the next sweep tries again. */
  readonly failed: readonly string[];
}

const isSilent = (heardAt: string | null, { clock, settings }: Deps): boolean =>
  heardAt !== null && Date.parse(clock.now()) - Date.parse(heardAt) >= settings.silenceMs;

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
  const { records } = deps;
  const outgoing = new Outgoing(deps);
  const collect: Deliver = async (host, claimed) => outgoing.add(await parcelOf(host, claimed, deps));
  const hosts = await forEach(
    (cursor) => records.busyHosts(cursor),
    async (host) => settleHost(host, deps, { isSilent: isSilent(await records.lastHeard(host), deps), deliver: collect }),
    outgoing,
  );
  await forEach(
    (cursor) => records.watchedFleets(cursor),
    async (key) => outgoing.add(await settleFleet(key, deps)),
    outgoing,
  );
  await outgoing.flush();
  return { hosts, failed: outgoing.failed };
};
