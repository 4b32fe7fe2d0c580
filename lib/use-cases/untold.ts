import type { Announcer, Clock, Page, Records } from './ports.ts';

/** Says nothing to anybody. */
export const silentAnnouncer: Announcer = { publish: async () => {}, publishTogether: async () => {} };

/**
 * The table to somebody who restores it: what becomes due is written as told and never into an outbox, so that nobody else finds it there and
 * says it, not even after a death. Messages that wait in an outbox already are neither seen nor lost.
 *
 * @param mayTouch whether the sweep may look at a host: not where the table knows of it what is later than the replay has come
 * @param hasFleets whether fleets are settled too: by whoever restores all their hosts
 */
export const untold = (records: Records, clock: Clock, mayTouch: (host: string) => boolean, hasFleets: boolean): Records => {
  const among = (page: Page<string>): Page<string> => ({ ...page, items: page.items.filter(mayTouch) });
  const isBehind = async (key: string): Promise<boolean> => {
    const fleet = await records.readFleet(key);
    return fleet !== null && fleet.told.at <= clock.now();
  };
  return {
    ...records,
    takeSlot: async () => true,
    // By the clock of what is read again, which is no news of the stack's own sweep; nor does that one's place concern this one.
    noteSweep: async () => {},
    lastSweep: async () => null,

    async readBoard(host) {
      const board = await records.readBoard(host);
      return board === null ? null : { ...board, outbox: [] };
    },
    async writeBoard(board) {
      const stored = board.version === 0 ? null : await records.readBoard(board.host);
      return records.writeBoard({ ...board, outbox: stored?.outbox ?? [] });
    },

    async readFleet(key) {
      const fleet = await records.readFleet(key);
      return fleet === null ? null : { ...fleet, outbox: [] };
    },
    async writeFleet(fleet) {
      const stored = fleet.version === 0 ? null : await records.readFleet(fleet.key);
      return records.writeFleet({ ...fleet, outbox: stored?.outbox ?? [] });
    },

    busyHosts: async (cursor) => among(await records.busyHosts(cursor)),
    hostsUnheardSince: async (at, cursor) => among(await records.hostsUnheardSince(at, cursor)),

    async watchedFleets(cursor) {
      if (!hasFleets) return { items: [], cursor: null };
      const page = await records.watchedFleets(cursor);
      const items: string[] = [];
      for (const key of page.items) if (await isBehind(key)) items.push(key);
      return { ...page, items };
    },
  };
};
