import { type Board, isBusy, type OutboxEntry } from '../../lib/cases/board.ts';
import type { Analysis } from '../../lib/model/analysis.ts';
import type { Digest, PortLookup } from '../../lib/model/digest.ts';
import type { Deps } from '../../lib/use-cases/deps.ts';
import type { HostSummary, Page, Records, Rejection, StoredObject, Uploads } from '../../lib/use-cases/ports.ts';
import { defaultSettings } from '../../lib/use-cases/settings.ts';

/** What every call to the world goes through: the place where a test lets others go first, or lets the function die. */
export type Gate = (call: string) => Promise<void>;

const timeOf = (digest: Digest): string => (digest.kind === 'snapshot' ? digest.takenAt : digest.covers.to);
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
  readonly published: OutboxEntry[] = [];
  now = Date.parse('2026-11-23T12:00:00.000Z');

  deps(gate: Gate, owner: string): Deps {
    return {
      uploads: this.#uploads(gate),
      records: this.#records(gate),
      announcer: {
        publish: async (entry) => {
          await gate('publish');
          this.published.push(entry);
          await gate('published');
        },
      },
      clock: { now: () => new Date(this.now).toISOString() },
      journal: { info: () => {}, warn: () => {} },
      settings: defaultSettings,
      owner,
    };
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

  #records(gate: Gate): Records {
    const after = async <T>(call: string, act: () => T): Promise<T> => {
      await gate(call);
      // A structured clone, as a table would hand out: nobody shares objects with the store.
      const result = structuredClone(act());
      await gate(`${call} done`);
      return result;
    };
    return {
      putDigest: (digest, heardAt) =>
        after('putDigest', () => {
          this.heard.set(digest.host, heardAt);
          this.digests.set(`${digest.host} ${timeOf(digest)} ${digest.contentId}`, structuredClone(digest));
        }),
      recentDigests: (host, { spanMs, maxSnapshots }) =>
        after('recentDigests', () => {
          const own = [...this.digests.values()].filter((digest) => digest.host === host).sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1));
          const newest = own[0] === undefined ? 0 : Date.parse(timeOf(own[0]));
          const snapshots = own.filter(({ kind }) => kind === 'snapshot').slice(0, maxSnapshots);
          return [...snapshots, ...own.filter(({ kind }) => kind === 'log')].filter(
            (digest) => Date.parse(timeOf(digest)) >= newest - spanMs,
          );
        }),
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
      putAnalysis: (analysis, revision) =>
        after('putAnalysis', () => {
          if ((this.analyses.get(analysis.id)?.revision ?? 0) <= revision)
            this.analyses.set(analysis.id, structuredClone({ analysis, revision }));
        }),
      getAnalysis: (id) => after('getAnalysis', () => this.analyses.get(id)?.analysis ?? null),
      listAnalyses: () => after('listAnalyses', () => onePage([...this.analyses.values()].map(({ analysis }) => analysis))),
      listHosts: () =>
        after('listHosts', () => onePage([...this.heard].map(([host, lastHeardAt]): HostSummary => ({ host, lastHeardAt })))),
      putRejection: (rejection) => after('putRejection', () => void this.rejections.push(rejection)),
      listRejections: () => after('listRejections', () => onePage(this.rejections)),
    };
  }
}

export const open: Gate = async () => {};
