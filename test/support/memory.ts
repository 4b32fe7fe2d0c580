import { type Board, isBusy, stateOf } from '../../lib/cases/board.ts';
import { noSilences, type Silences } from '../../lib/cases/silence.ts';
import type { Announcement, Fleet, Membership } from '../../lib/fleet/fleet.ts';
import type { Analysis } from '../../lib/model/analysis.ts';
import type { Digest, PortLookup } from '../../lib/model/digest.ts';
import { digestTime } from '../../lib/model/digest-time.ts';
import type { Deps } from '../../lib/use-cases/deps.ts';
import type { Metric } from '../../lib/use-cases/metrics.ts';
import type { FleetRecords, HostSummary, Page, Records, Rejection, StoredObject, Swept, Uploads } from '../../lib/use-cases/ports.ts';
import { matchesFilter } from '../../lib/use-cases/query.ts';
import { defaultSettings } from '../../lib/use-cases/settings.ts';

/** What every call to the world goes through: the place where a test lets others go first, or lets the function die. */
export type Gate = (call: string) => Promise<void>;

const onePage = <T>(items: readonly T[]): Page<T> => ({ items, cursor: null });

/** The world in memory, with the promises of the real one: conditional writes, consistent reads, idempotent puts. */
export class World {
  readonly digests = new Map<string, Digest>();
  readonly lookups = new Map<string, PortLookup>();
  readonly boards = new Map<string, Board>();
  readonly analyses = new Map<string, { readonly analysis: Analysis; readonly revision: number }>();
  readonly rejections: Rejection[] = [];
  readonly heard = new Map<string, string>();
  readonly objects = new Map<string, Uint8Array>();
  readonly memberships = new Map<string, Membership>();
  readonly fleetMembers = new Map<string, Membership>();
  readonly fleets = new Map<string, Fleet>();
  readonly watched = new Set<string>();
  readonly slots: string[] = [];
  readonly counted = new Map<Metric, number>();
  silences: Silences = noSilences;
  swept: Swept | null = null;
  /** What was said, whether alone or with others. */
  readonly published: Announcement[] = [];
  /** What was said, message by message. */
  readonly messages: (readonly Announcement[])[] = [];
  /** Most tests are about what is uploaded, hours apart. */
  silentAfterMs: number | null = null;
  now = Date.parse('2026-11-23T12:00:00.000Z');

  deps(gate: Gate, owner: string): Deps {
    return {
      uploads: this.#uploads(gate),
      records: this.#records(gate),
      announcer: {
        publish: async (announcement) => {
          await gate('publish');
          this.#tell([announcement]);
          await gate('published');
        },
        publishTogether: async (announcements) => {
          await gate('publish');
          this.#tell(announcements);
          await gate('published');
        },
      },
      clock: { now: () => new Date(this.now).toISOString() },
      journal: { info: () => {}, warn: () => {} },
      meter: { count: (metric, value) => void this.counted.set(metric, (this.counted.get(metric) ?? 0) + value) },
      settings: { ...defaultSettings, silentAfterMs: this.silentAfterMs },
      owner,
    };
  }

  #tell(announcements: readonly Announcement[]): void {
    this.published.push(...announcements);
    this.messages.push(announcements);
  }

  #uploads(gate: Gate): Uploads {
    return {
      open: async (ref): Promise<StoredObject | null> => {
        await gate('open');
        const bytes = this.objects.get(ref.key);
        if (bytes === undefined) return null;
        const body = (async function* () {
          yield bytes;
        })();
        return { ref, lastModified: new Date(this.now).toISOString(), bytes: bytes.length, timezone: null, body };
      },
    };
  }

  /** One an object, however often it is refused. */
  #dropRejection(key: string): void {
    const i = this.rejections.findIndex((one) => one.key === key);
    if (i >= 0) this.rejections.splice(i, 1);
  }

  #linked(analysis: Analysis): Analysis {
    const membership = this.memberships.get(analysis.id);
    return membership?.cause === analysis.cause ? { ...analysis, fleet: membership.fleet } : analysis;
  }

  #fleets(after: <T>(call: string, act: () => T) => Promise<T>): FleetRecords {
    return {
      membership: (caseId) => after('membership', () => this.memberships.get(caseId) ?? null),
      putMembership: (membership) =>
        after('putMembership', () => void this.memberships.set(membership.caseId, structuredClone(membership))),
      putMember: (membership) =>
        after('putMember', () => void this.fleetMembers.set(`${membership.key} ${membership.caseId}`, structuredClone(membership))),
      members: (key) => after('members', () => [...this.fleetMembers.values()].filter((one) => one.key === key)),
      readFleet: (key) => after('readFleet', () => this.fleets.get(key) ?? null),
      writeFleet: (fleet) =>
        after('writeFleet', () => {
          if ((this.fleets.get(fleet.key)?.version ?? 0) !== fleet.version) return 'conflict';
          this.fleets.set(fleet.key, structuredClone({ ...fleet, version: fleet.version + 1 }));
          return 'written';
        }),
      watchedFleets: () =>
        after('watchedFleets', () => onePage([...this.fleets.values()].filter(({ isWatched }) => isWatched).map(({ key }) => key))),
      analysesOf: (ids) => after('analysesOf', () => ids.flatMap((id) => this.analyses.get(id)?.analysis ?? [])),
      takeSlot: (now, limit) =>
        after('takeSlot', () => {
          const since = Math.floor(Date.parse(now) / 60_000) - 1;
          if (this.slots.filter((at) => Math.floor(Date.parse(at) / 60_000) >= since).length >= limit) return false;
          this.slots.push(now);
          return true;
        }),
    };
  }

  #records(gate: Gate): Records {
    const after = async <T>(call: string, act: () => T): Promise<T> => {
      await gate(call);
      // A structured clone, as a table would hand out: nobody shares objects with the store.
      const result = structuredClone(act());
      await gate(`${call} done`);
      return result;
    };
    const stored = (id: string): Analysis | null => this.analyses.get(id)?.analysis ?? null;
    return {
      ...this.#fleets(after),
      putDigest: (digest, heardAt) =>
        after('putDigest', () => {
          if (digest.kind !== 'marker') {
            this.heard.set(digest.host, heardAt);
            this.watched.add(digest.host);
          }
          this.digests.set(`${digest.host} ${digestTime(digest)} ${digest.contentId}`, structuredClone(digest));
        }),
      recentDigests: (host, { spanMs, maxSnapshots }) =>
        after('recentDigests', () => {
          const own = [...this.digests.values()]
            .filter((digest) => digest.host === host)
            .sort((a, b) => (digestTime(a) < digestTime(b) ? 1 : -1));
          const newestOwn = own.find(({ kind }) => kind !== 'marker');
          const newest = newestOwn === undefined ? 0 : Date.parse(digestTime(newestOwn));
          const snapshots = own.filter(({ kind }) => kind === 'snapshot').slice(0, maxSnapshots);
          return [...snapshots, ...own.filter(({ kind }) => kind !== 'snapshot')].filter(
            (digest) => Date.parse(digestTime(digest)) >= newest - spanMs,
          );
        }),
      hostsAt: (address) =>
        after('hostsAt', () => [
          ...new Set(
            [...this.digests.values()].flatMap((digest) =>
              digest.kind === 'snapshot' && digest.addresses.includes(address) ? [digest.host] : [],
            ),
          ),
        ]),
      hostsUnheardSince: (at) =>
        after('hostsUnheardSince', () =>
          onePage([...this.heard].filter(([host, heard]) => heard < at && this.watched.has(host)).map(([host]) => host)),
        ),
      stopWatching: (host) => after('stopWatching', () => void this.watched.delete(host)),
      digestsBetween: (host, kind, { from, to }) =>
        after('digestsBetween', () =>
          onePage(
            [...this.digests.values()]
              .filter((digest) => digest.host === host && digest.kind === kind && digestTime(digest) >= from && digestTime(digest) <= to)
              .sort((a, b) => (digestTime(a) < digestTime(b) ? 1 : -1)),
          ),
        ),
      newestDigestAt: (host) =>
        after(
          'newestDigestAt',
          () =>
            [...this.digests.values()]
              .filter((digest) => digest.host === host && digest.kind !== 'marker')
              .map(digestTime)
              .sort()
              .at(-1) ?? null,
        ),
      lastHeard: (host) => after('lastHeard', () => this.heard.get(host) ?? null),
      putLookup: (host, lookup) =>
        after('putLookup', () => void this.lookups.set(`${host} ${lookup.contentId} ${lookup.port}`, structuredClone(lookup))),
      lookups: (host, wanted) =>
        after('lookups', () => wanted.flatMap(({ contentId, port }) => this.lookups.get(`${host} ${contentId} ${port}`) ?? [])),
      readBoard: (host) => after('readBoard', () => this.boards.get(host) ?? null),
      writeBoard: (board) =>
        after('writeBoard', () => {
          if ((this.boards.get(board.host)?.version ?? 0) !== board.version) return 'conflict';
          this.boards.set(board.host, structuredClone({ ...board, version: board.version + 1 }));
          return 'written';
        }),
      busyHosts: () => after('busyHosts', () => onePage([...this.boards.values()].filter(isBusy).map(({ host }) => host))),
      noteSweep: (swept) =>
        after('noteSweep', () => {
          this.swept = swept;
        }),
      lastSweep: () => after('lastSweep', () => this.swept),
      readSilences: () => after('readSilences', () => this.silences),
      writeSilences: (silences) =>
        after('writeSilences', () => {
          if (this.silences.version !== silences.version) return 'conflict';
          this.silences = structuredClone({ ...silences, version: silences.version + 1 });
          return 'written';
        }),
      putAnalysis: (analysis, revision) =>
        after('putAnalysis', () => {
          if ((this.analyses.get(analysis.id)?.revision ?? 0) <= revision)
            this.analyses.set(analysis.id, structuredClone({ analysis, revision }));
        }),
      getAnalysis: (id) =>
        after('getAnalysis', () => {
          const analysis = stored(id);
          return analysis === null ? null : this.#linked(analysis);
        }),
      listAnalyses: (filter) =>
        after('listAnalyses', () =>
          onePage(
            [...this.analyses.values()].map(({ analysis }) => this.#linked(analysis)).filter((analysis) => matchesFilter(analysis, filter)),
          ),
        ),
      listHosts: () =>
        after('listHosts', () =>
          onePage(
            [...this.heard].map(([host, lastHeardAt]): HostSummary => ({ host, lastHeardAt, ...stateOf(this.boards.get(host) ?? null) })),
          ),
        ),
      putRejection: (rejection) =>
        after('putRejection', () => {
          this.#dropRejection(rejection.key);
          this.rejections.push(rejection);
        }),
      clearRejection: (_host, key) => after('clearRejection', () => this.#dropRejection(key)),
      listRejections: () => after('listRejections', () => onePage(this.rejections)),
    };
  }
}

export const open: Gate = async () => {};
