import { isDeepStrictEqual } from 'node:util';
import { announce } from '../cases/announce.ts';
import { type Board, emptyBoard, isBusy, type OutboxEntry } from '../cases/board.ts';
import { type Case, closeBecause } from '../cases/case.ts';
import { foldCases } from '../cases/fold.ts';
import { claim } from '../cases/outbox.ts';
import { SILENT } from '../cases/outcome.ts';
import { silentCases } from '../cases/silent.ts';
import { portsToLookUp } from '../diagnosis/diagnose.ts';
import type { WantedLookup } from '../diagnosis/facts.ts';
import { lookUpPorts } from '../digest/look-up-port.ts';
import type { Digest, PortLookup } from '../model/digest.ts';
import { digestTime } from '../model/digest-time.ts';
import { type Arrival, isCalm } from './calm.ts';
import { ContentionError, MAX_ROUNDS } from './contention.ts';
import { type Deliver, deliver } from './deliver.ts';
import type { Deps } from './deps.ts';
import { withOtherEnds } from './other-ends.ts';
import type { ObjectRef } from './ports.ts';
import { changedCases, project, showForgotten, showRest, withdraw } from './projection.ts';

/** Raw snapshots that one settling reads again at most: each is a GET and a parse. */
const MAX_RAW_READS = 24;

const refOf = (uri: string): ObjectRef | null => {
  const match = /^s3:\/\/([^/]+)\/(.+)$/s.exec(uri);
  const [, bucket, key] = match ?? [];
  return bucket === undefined || key === undefined ? null : { bucket, key };
};

const readLookup = async (wanted: WantedLookup, ports: readonly number[], deps: Deps): Promise<readonly PortLookup[]> => {
  const ref = refOf(wanted.source.uri);
  const object = ref === null ? null : await deps.uploads.open(ref);
  if (object === null) return [];
  return lookUpPorts({ uri: wanted.source.uri, body: object.body }, wanted, ports);
};

/** The lookups that a judgement needs: from the table, else from the raw snapshots, each of which is read once for all its ports. */
const lookUp = async (host: string, digests: readonly Digest[], deps: Deps): Promise<readonly PortLookup[]> => {
  const wanted = portsToLookUp({ host, digests, lookups: [] });
  if (wanted.length === 0) return [];
  const known = await deps.records.lookups(host, wanted);
  const isKnown = ({ contentId, port }: WantedLookup): boolean =>
    known.some((lookup) => lookup.contentId === contentId && lookup.port === port);
  const missing = wanted.filter((one) => !isKnown(one));
  const found: PortLookup[] = [];
  for (const contentId of [...new Set(missing.map((one) => one.contentId))].slice(0, MAX_RAW_READS)) {
    const same = missing.filter((one) => one.contentId === contentId);
    const [first] = same;
    if (first !== undefined)
      found.push(
        ...(await readLookup(
          first,
          same.map(({ port }) => port),
          deps,
        )),
      );
  }
  for (const lookup of found) await deps.records.putLookup(host, lookup);
  return [...known, ...found];
};

const newestAt = (digests: readonly Digest[], fallback: string): string =>
  digests.reduce(
    (newest, digest) => {
      const at = digestTime(digest);
      return at > newest ? at : newest;
    },
    digests.length === 0 ? fallback : '',
  );

/** A host that has gone silent proves nothing, but an alarm must not stay open for ever on its last word. */
const closeSilent = (cases: readonly Case[], now: string): readonly Case[] =>
  cases.map((current) => (current.status === 'resolved' ? current : closeBecause(current, now, SILENT)));

interface Next {
  readonly board: Board;
  readonly claimed: readonly OutboxEntry[];
}

/** What of a host is not in its uploads. */
interface Quiet {
  /** Nothing has come for so long that its open cases are closed as no longer reported. */
  readonly isSilent: boolean;
  /** When it was last heard, where that is long ago (`cases/silent.ts`). */
  readonly silentSince: string | null;
}

const decide = async (host: string, board: Board, { isSilent, silentSince }: Quiet, deps: Deps): Promise<Next> => {
  const { fold, announce: announcing, leaseMs } = deps.settings;
  const span = { spanMs: fold.windowMs + fold.latenessMs, maxSnapshots: 2 * fold.maxSnapshots };
  const digests = await deps.records.recentDigests(host, span);
  const lookups = await lookUp(host, digests, deps);
  const now = deps.clock.now();
  const folded = foldCases(host, board.checkpoint, digests, lookups, fold);
  const alive = isSilent ? closeSilent(folded.cases, now) : folded.cases;
  const found = await withOtherEnds(alive, board.cases, digests, deps);
  const cases = [...found, ...silentCases(host, board.cases, silentSince, now)];
  // Nothing more is to come from a silent host: what was over there is over.
  const times = { now, newestAt: isSilent ? now : newestAt(digests, now) };
  const known = { ...board, checkpoint: folded.checkpoint };
  const unsilenced = announce(known, cases, times, announcing);
  // Silences are one item for all hosts: it is read by those only that have something to say.
  const isDue = unsilenced.outbox.length > board.outbox.length;
  const announced = isDue ? announce(known, cases, times, announcing, (await deps.records.readSilences()).list) : unsilenced;
  const leased = claim(announced, deps.owner, now, leaseMs);
  return leased === null ? { board: announced, claimed: [] } : leased;
};

/**
 * Brings a host's cases up to date with all that is known of it, and tells people what changed (DESIGN.md, "Order never matters").
 * Safe to run at any time, any number of times, by several at once: whoever comes last sees all.
 *
 * @throws ContentionError where other writers were always first
 */
export const settleHost = async (
  host: string,
  deps: Deps,
  options: {
    readonly isSilent?: boolean;
    readonly silentSince?: string | null;
    /** What came can neither open a case nor end one: the window, nine in ten of an upload's cost, is read only where one is open. */
    readonly isUneventful?: boolean;
    /** The snapshots that came, where nothing else did. */
    readonly arrival?: Arrival | null;
    readonly deliver?: Deliver;
  } = {},
): Promise<void> => {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const board = (await deps.records.readBoard(host)) ?? emptyBoard(host);
    if (options.isUneventful === true && !isBusy(board)) return;
    if (options.arrival != null && (await isCalm(host, board, options.arrival, deps))) return;
    const quiet = { isSilent: options.isSilent === true, silentSince: options.silentSince ?? null };
    const next = await decide(host, board, quiet, deps);
    if (isDeepStrictEqual(board, next.board)) return showRest(board, deps);
    const changed = changedCases(board, next.board);
    await showForgotten(board, next.board, deps);
    await withdraw(board, next.board, deps);
    const unshown = changed.map(({ id }) => id);
    if ((await deps.records.writeBoard({ ...next.board, unshown })) === 'conflict') continue;
    await project(changed, next.board, board.version + 1, deps);
    await (options.deliver ?? deliver)(host, next.claimed, deps);
    return;
  }
  throw new ContentionError(`The board of ${host} changed ${MAX_ROUNDS} times while it was being judged.`);
};
