import { isAnyAddress } from '../digest/side.ts';
import { findIn } from '../digest/sketch.ts';
import type { Evidence, Finding, OtherEnd } from '../model/analysis.ts';
import type { Listener, Pile, SnapshotDigest } from '../model/digest.ts';
import { clock, count, duration, percent, program } from '../text/words.ts';
import { closedAfter } from './idle-timeout.ts';
import { identityOf, linesOf, quoteSnapshot, unitNameIn } from './verdict.ts';

/** What a host that has the peer's address has uploaded. */
export interface PeerHost {
  readonly host: string;
  readonly snapshots: readonly SnapshotDigest[];
}

/** Two looks that far apart still show the same connections: FIN_WAIT_2 of a closed socket lasts 60 s (tcp_fin_timeout, tcp(7)). */
const SAME_TIME_MS = 60_000;
/** More of the closed connections still open over there than a look that came a little early would show. */
const STILL_OPEN_SHARE = 0.5;
/** A sample of so many of them, found nowhere in the right state, is no chance. */
const ENOUGH_JUDGED = 4;

interface Peer {
  readonly address: string;
  readonly port: number;
}

const peerOf = (text: string): Peer => {
  const colon = text.lastIndexOf(':');
  return { address: text.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(text.slice(colon + 1)) };
};

/** The address by which the other end's host can be found; `null` for a finding that is not about connections to one peer. */
export const peerAddress = ({ side, culprit }: Finding): string | null =>
  side === 'client' && culprit?.peer ? peerOf(culprit.peer).address : null;

const ownPiles =
  ({ culprit }: Finding) =>
  (pile: Pile): boolean =>
    pile.side === 'client' &&
    pile.peer === culprit?.peer &&
    (culprit?.pid == null || (pile.holder.kind === 'process' && pile.holder.pid === culprit.pid));

const theirPiles =
  ({ address, port }: Peer) =>
  (pile: Pile): boolean =>
    pile.side === 'server' && pile.localPort === port && (pile.localAddress === address || isAnyAddress(pile.localAddress));

/** Both hosts' looks at about the same time. */
interface Pair {
  readonly here: SnapshotDigest;
  readonly there: SnapshotDigest;
  /** The culprit's pile here, closed by the other end; else its open connections. */
  readonly pile: Pile;
  /** Of a sample of the pile: waiting for our FIN there, still open there. */
  readonly waiting: Share;
  readonly open: Share;
  /** Of the culprit's open connections here, those open there: they show that no address is translated on the way. */
  readonly alive: Share;
  readonly waitingPiles: readonly Pile[];
}

type Share = { readonly judged: number; readonly found: number } | null;

const shareIn = (pile: Pile, piles: readonly Pile[]): Share => {
  const { ends } = pile;
  const others = piles.flatMap((other) => other.ends ?? []);
  // Another program's few connections are beyond the sketches; a larger pile without one makes the answer unknown.
  return ends === null || piles.some((other) => other.ends === null && other.sockets >= ENOUGH_JUDGED) ? null : findIn(ends, others);
};

const gap = (a: SnapshotDigest, b: SnapshotDigest): number => Math.abs(Date.parse(a.takenAt) - Date.parse(b.takenAt));

const pairOf = (here: SnapshotDigest, there: SnapshotDigest, finding: Finding, peer: Peer): Pair | null => {
  const mine = here.piles.filter(ownPiles(finding));
  const established = mine.find(({ state }) => state === 'established');
  const pile = mine.find(({ state }) => state === 'close_wait') ?? established;
  if (pile === undefined || pile.ends === null) return null;
  const theirs = there.piles.filter(theirPiles(peer));
  const waitingPiles = theirs.filter(({ state }) => state === 'fin_wait2' || state === 'fin_wait1');
  const openPiles = theirs.filter(({ state }) => state === 'established' || state === 'close_wait');
  const alive = established === undefined ? null : shareIn(established, openPiles);
  return { here, there, pile, waiting: shareIn(pile, waitingPiles), open: shareIn(pile, openPiles), alive, waitingPiles };
};

const pairsOf = (own: readonly SnapshotDigest[], { snapshots }: PeerHost, finding: Finding, peer: Peer): readonly Pair[] =>
  own.flatMap((here) => {
    const [there] = snapshots.toSorted((a, b) => gap(a, here) - gap(b, here));
    return there === undefined || gap(there, here) > SAME_TIME_MS ? [] : (pairOf(here, there, finding, peer) ?? []);
  });

const foundIn = (share: Share): number => share?.found ?? 0;

/** The pair that shows most of the other end's waiting; without any, the latest. */
const tellingPair = (pairs: readonly Pair[]): Pair | undefined => {
  const closed = pairs.filter(({ pile }) => pile.state === 'close_wait');
  return (closed.length > 0 ? closed : pairs).toSorted(
    (a, b) => foundIn(b.waiting) - foundIn(a.waiting) || (a.here.takenAt > b.here.takenAt ? -1 : 1),
  )[0];
};

interface Service {
  readonly listener: Listener;
  readonly snapshot: SnapshotDigest;
}

const serviceAt = ({ snapshots }: PeerHost, { address, port }: Peer): Service | null => {
  for (const snapshot of snapshots.toReversed()) {
    const listener = snapshot.listeners.find((one) => one.port === port && (one.address === address || isAnyAddress(one.address)));
    if (listener !== undefined) return { listener, snapshot };
  }
  return null;
};

const nameOf = (service: Service | null): string => {
  if (service === null) return 'nobody';
  const { pid, command } = identityOf(service.listener.holder);
  return pid === null && command === null ? 'a program that its listing does not name' : program(command, pid);
};

/** "12 % of them": of the sample, which stands for the pile. */
const part = ({ judged, found }: { readonly judged: number; readonly found: number }): string =>
  found === judged ? 'all of them' : found === 0 ? 'none of them' : `about ${percent(found, judged)} of them`;

const waitingSentence = ({ here, there, pile, waiting, open }: Pair, host: string): string => {
  const held = `Of ${count(pile.sockets, 'connection')} that are in CLOSE_WAIT here at ${clock(here.takenAt)}`;
  const rest =
    open === null
      ? ''
      : open.found === 0
        ? '; the others it has forgotten'
        : `; ${part(open)} ${open.found === 1 ? 'is' : 'are'} open there`;
  if (waiting !== null && waiting.found > 0)
    return `${held}, ${host} has ${part(waiting)} in FIN_WAIT_2 at ${clock(there.takenAt)}${waiting.found === waiting.judged ? '' : rest}: it closed first, and waits for the close here that does not come.`;
  return `${held}, ${host} has none any more at ${clock(there.takenAt)}: it closed first, waited in FIN_WAIT_2 for as long as its kernel waits, and forgot them.`;
};

const isStillOpen = ({ pile, here, there, open }: Pair): boolean =>
  pile.state === 'close_wait' &&
  open !== null &&
  open.judged >= ENOUGH_JUDGED &&
  open.found > STILL_OPEN_SHARE * open.judged &&
  there.takenAt >= here.takenAt;

const fateSentence = (pair: Pair, host: string, isMatched: boolean): string | null => {
  const { pile, open, there } = pair;
  if (isStillOpen(pair) && open !== null)
    return `Yet ${host} still has ${part(open)} open at ${clock(there.takenAt)}: not that end closed them, but something between the two (a proxy, a load balancer, a firewall).`;
  if (!isMatched) return null;
  if (pile.state === 'close_wait') return waitingSentence(pair, host);
  return open === null || open.found === 0
    ? null
    : `Of ${count(pile.sockets, 'open connection')} here, ${host} has ${part(open)} open too: neither end has closed.`;
};

const rhythmSentence = (own: readonly SnapshotDigest[], finding: Finding): string | null => {
  const closed = closedAfter(own, ownPiles(finding));
  if (closed === null) return null;
  if (closed.from === 0) return `It closes a connection within ${duration(closed.to)} of its opening.`;
  return `It closes each connection ${duration(closed.from)} to ${duration(closed.to)} after its opening: an idle timeout of that length there explains the rhythm.`;
};

const evidenceOf = (service: Service | null, pair: Pair | undefined, host: string): readonly Evidence[] => {
  const listens =
    service === null
      ? []
      : [
          quoteSnapshot(
            `On ${host}, ${nameOf(service)} listens on port ${service.listener.port}.`,
            service.snapshot,
            service.listener.line,
          ),
        ];
  if (pair === undefined) return listens;
  const { pile, here, waitingPiles, there, waiting } = pair;
  const inState = pile.state === 'close_wait' ? 'CLOSE_WAIT' : 'ESTABLISHED';
  const mine = quoteSnapshot(`${count(pile.sockets, `${inState} socket`)} toward ${pile.peer}.`, here, pile.lines);
  if (waiting === null || waiting.found === 0) return [...listens, mine];
  const sockets = waitingPiles.reduce((sum, one) => sum + one.sockets, 0);
  return [
    ...listens,
    mine,
    quoteSnapshot(
      `On ${host}, ${count(sockets, 'socket')} of port ${waitingPiles[0]?.localPort} in FIN_WAIT.`,
      there,
      linesOf(waitingPiles),
    ),
  ];
};

const hasMatch = ({ waiting, open, alive }: Pair): boolean => [waiting, open, alive].some((share) => foundIn(share) > 0);

const endAt = (
  finding: Finding,
  own: readonly SnapshotDigest[],
  peerHost: PeerHost,
  peer: Peer,
): OtherEnd & { readonly isMatched: boolean } => {
  const { host } = peerHost;
  const pairs = pairsOf(own, peerHost, finding, peer);
  const isMatched = pairs.some(hasMatch);
  const pair = tellingPair(pairs);
  const service = serviceAt(peerHost, peer);
  const { pid, command } = identityOf(service?.listener.holder);
  const sentences = [
    `The other end is ${host}, where ${nameOf(service)} listens on port ${peer.port}.`,
    pair === undefined ? null : fateSentence(pair, host, isMatched),
    isMatched && pair !== undefined && !isStillOpen(pair) ? rhythmSentence(own, finding) : null,
  ].filter((sentence) => sentence !== null);
  return {
    isMatched,
    host,
    pid,
    command,
    unit: unitNameIn(service?.listener.cgroup),
    closedFirst: pair?.pile.state !== 'close_wait' || !isMatched ? null : !isStillOpen(pair),
    sentences,
    evidence: evidenceOf(service, isMatched ? pair : undefined, host),
  };
};

/**
 * What the peer's own host shows of the culprit's connections: which program is at the other end, and who closed first. Connections are
 * matched by their 4-tuples (a sample of them, `digest/sketch.ts`); where an address is translated on the way none matches, and only what
 * listens there is said. `null` where no host, or more than one, may be meant.
 */
export const otherEndOf = (finding: Finding, own: readonly SnapshotDigest[], hosts: readonly PeerHost[]): OtherEnd | null => {
  if (finding.side !== 'client' || !finding.culprit?.peer) return null;
  const peer = peerOf(finding.culprit.peer);
  const here = own.filter(({ netns, takenAt }) => netns === finding.resource.netns && takenAt <= finding.lastSeenAt);
  const ends = hosts.map((host) => endAt(finding, here, host, peer));
  const matched = ends.filter(({ isMatched }) => isMatched);
  const listening = ends.filter(({ pid, command }) => pid !== null || command !== null);
  const [end, another] = matched.length > 0 ? matched : listening;
  if (end === undefined || another !== undefined) return null;
  const { isMatched: _, ...known } = end;
  return known;
};
