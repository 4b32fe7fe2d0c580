import type { Evidence, Finding } from '../model/analysis.ts';
import type { Pile, SnapshotDigest } from '../model/digest.ts';
import { clock, count, number, program, when } from '../text/words.ts';
import { lastFailureIn, type VictimTally } from './tally.ts';

/** What is known of a case's end, in words: "verified" only where a later snapshot shows it, with its figures. */

/** A pool keeps a handful; and a tenth of the pile may be its owner's ordinary connections. */
const FEW_SOCKETS = 5;
const GONE_SHARE = 0.1;

const statesOf = ({ cause }: Finding): readonly Pile['state'][] => {
  if (cause === 'time-wait-churn') return ['time_wait'];
  return cause === 'connection-hoarding' ? ['established', 'close_wait'] : ['close_wait'];
};

/** By peer as well as by process: a successor's pile, or one whose owner is hidden now, is not gone. */
const belongs = ({ side, culprit }: Finding, pile: Pile): boolean => {
  if (culprit === null || pile.side !== side) return false;
  if (side === 'server') return pile.localPort === culprit.localPort;
  const isHolder = pile.holder.kind === 'process' && pile.holder.pid === culprit.pid && pile.holder.command === culprit.command;
  return isHolder || (culprit.peer !== null && pile.peer === culprit.peer);
};

/** How many sockets of a finding's pile a snapshot shows. */
export const pileIn = (finding: Finding, snapshot: SnapshotDigest): number =>
  snapshot.piles
    .filter((pile) => statesOf(finding).includes(pile.state) && belongs(finding, pile))
    .reduce((sum, { sockets }) => sum + sockets, 0);

const figureOf = (finding: Finding, left: number, snapshot: SnapshotDigest): string => {
  const at = `at ${clock(snapshot.takenAt)}`;
  if (finding.ports !== null) {
    const used = snapshot.ports.reduce((most, use) => Math.max(most, use.used), 0);
    return `${number(used)} of ${number(finding.ports.capacity)} ports in use ${at}`;
  }
  return `${count(left, 'socket')} of it left ${at}`;
};

const pileSentence = (finding: Finding, most: number | null, snapshot: SnapshotDigest): string => {
  const left = pileIn(finding, snapshot);
  const figure = figureOf(finding, left, snapshot);
  if (left <= Math.max(FEW_SOCKETS, GONE_SHARE * (most ?? 0))) return `Verified: the pile is gone (${figure})`;
  return `The pile has shrunk${most === null ? '' : ` from ${number(most)}`} to ${count(left, 'socket')} (${figure})`;
};

const queueSentence = ({ resource }: Finding, snapshot: SnapshotDigest): string => {
  const listener = snapshot.listeners.find(({ port }) => port === resource.localPort);
  const at = clock(snapshot.takenAt);
  if (listener === undefined) return `Nothing listens on port ${resource.localPort} any more (${at})`;
  if (listener.acceptQueue === null) return `The accept queue of port ${resource.localPort} is no longer seen to be full (${at})`;
  return `Verified: ${count(listener.acceptQueue, 'connection')} in the accept queue of port ${resource.localPort} at ${at}`;
};

const descriptorSentence = ({ culprit }: Finding, snapshot: SnapshotDigest): string => {
  const process = snapshot.processes.find(({ pid, command }) => pid === culprit?.pid && command === culprit.command);
  const fds = process?.descriptors ?? null;
  const at = clock(snapshot.takenAt);
  if (process === undefined || fds === null) return `It is no longer seen at its limit (snapshot of ${at})`;
  return `Verified: ${program(process.command, process.pid)} has ${number(fds.open)}${fds.soft === null ? '' : ` of ${number(fds.soft)}`} descriptors open at ${at}`;
};

/** What the newest snapshot shows of the thing; `null` where it shows nothing of it. */
const shown = (finding: Finding, most: number | null, snapshot: SnapshotDigest): string | null => {
  if (finding.cause === 'inconclusive') return null;
  switch (finding.resource.kind) {
    case 'fixed-port':
      // Failures that merely left the window say nothing of who has the port.
      return finding.overAt === null
        ? null
        : `Verified: what blocked port ${finding.resource.localPort} is gone (snapshot of ${clock(finding.overAt)})`;
    case 'accept-queue':
      return finding.cause === 'slow-consumer' ? pileSentence(finding, most, snapshot) : queueSentence(finding, snapshot);
    case 'descriptors':
      return finding.mechanism === 'descriptor-exhaustion' ? descriptorSentence(finding, snapshot) : pileSentence(finding, most, snapshot);
    default:
      return pileSentence(finding, most, snapshot);
  }
};

/** What is known of an end, and the snapshot that shows it. */
export interface Outcome {
  readonly text: string;
  readonly proof: Evidence | null;
}

const unproven = (text: string): Outcome => ({ text, proof: null });

export const SILENT = unproven('The host has uploaded nothing for a long time: closed as no longer reported, not as mended.');
export const WITHDRAWN = unproven('Uploads that came late no longer support this finding: it is withdrawn.');
/** Of what nobody was told of. */
export const SUPERSEDED = unproven('What came later explains it otherwise: see the other analyses of this host.');

/**
 * @param most the pile at its largest; `null` where unknown
 * @param snapshot the newest that lists sockets; `null` where there is none
 */
export const outcomeOf = (
  finding: Finding,
  tallies: readonly VictimTally[],
  most: number | null,
  snapshot: SnapshotDigest | null,
): Outcome => {
  const lastAt = lastFailureIn(tallies);
  const words = snapshot === null ? null : shown(finding, most, snapshot);
  if (words !== null && snapshot !== null) {
    const failed = lastAt === null ? '; nothing failed.' : `, the last failure was at ${when(lastAt, snapshot.takenAt)}.`;
    return { text: `${words}${failed}`, proof: { text: `${words}.`, source: snapshot.source.uri, lines: snapshot.source.lines } };
  }
  const unseen =
    finding.cause === 'inconclusive'
      ? 'The cause was never seen, so nothing shows that it is mended.'
      : 'No snapshot shows that its cause is gone.';
  return unproven(lastAt === null ? unseen : `Nothing has failed since ${clock(lastAt)}. ${unseen}`);
};
