import type { Deps } from './deps.ts';
import { settleHost } from './settle.ts';

export interface SweepOutcome {
  readonly hosts: number;
  /** Hosts that could not be settled this time; the next sweep tries again. */
  readonly failed: readonly string[];
}

const isSilent = (heardAt: string | null, { clock, settings }: Deps): boolean =>
  heardAt !== null && Date.parse(clock.now()) - Date.parse(heardAt) >= settings.silenceMs;

/**
 * Does what no upload triggers, for hosts with something open or due: leases that ran out, inconclusive findings that have settled,
 * cases whose host uploads nothing any more. One host's trouble does not hold back the others.
 */
export const sweep = async (deps: Deps): Promise<SweepOutcome> => {
  const failed: string[] = [];
  let hosts = 0;
  let cursor: string | null = null;
  do {
    const page: { readonly items: readonly string[]; readonly cursor: string | null } = await deps.records.busyHosts(cursor);
    for (const host of page.items) {
      hosts += 1;
      try {
        await settleHost(host, deps, { isSilent: isSilent(await deps.records.lastHeard(host), deps) });
      } catch (error) {
        failed.push(host);
        deps.journal.warn('not settled', { host, error: error instanceof Error ? error.message : String(error) });
      }
    }
    cursor = page.cursor;
  } while (cursor !== null);
  return { hosts, failed };
};
