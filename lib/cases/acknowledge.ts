import { type Acknowledgement, SEVERITIES, type Severity } from '../model/analysis.ts';
import type { TransitionKind } from './board.ts';

/** Somebody who said "I am on it" may have forgotten after a week: then reminders go on. */
const LASTS_MS = 7 * 24 * 60 * 60_000;

interface Seen {
  readonly status: 'open' | 'resolved';
  readonly severity: Severity;
}

const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** It has become critical since somebody took it on as less: they must hear of it, and so must everybody else. */
const isOutgrown = ({ severity }: Acknowledgement, now: Seen): boolean =>
  now.severity === 'critical' && rank(now.severity) < rank(severity);

export type Ack =
  | { readonly kind: 'none' }
  /** Somebody is on it. */
  | { readonly kind: 'holds'; readonly acknowledgement: Acknowledgement }
  /** It is over, or became critical, or was long ago. */
  | { readonly kind: 'lapsed'; readonly isOutgrown: boolean };

export const ackOf = (acknowledgement: Acknowledgement | null, now: Seen, at: string): Ack => {
  if (acknowledgement === null) return { kind: 'none' };
  if (isOutgrown(acknowledgement, now) && now.status === 'open') return { kind: 'lapsed', isOutgrown: true };
  const isOld = Date.parse(at) - Date.parse(acknowledgement.at) >= LASTS_MS;
  return now.status === 'resolved' || isOld ? { kind: 'lapsed', isOutgrown: false } : { kind: 'holds', acknowledgement };
};

/** What somebody who is on it need not hear: that it is still there, or that it spreads. */
const KNOWN: ReadonlySet<TransitionKind | 'joined'> = new Set<TransitionKind | 'joined'>(['still-open', 'worse', 'joined']);

/**
 * What is announced in spite of an acknowledgement: that the cause is another, that it is over or back, and that it outgrew what was
 * acknowledged.
 *
 * @param isFresh whoever is on it must hear of it all the same: what they did has not helped
 */
export const afterAck = <T extends TransitionKind | 'joined'>(due: T | null, ack: Ack, isFresh: boolean): T | 'worse' | null => {
  if (ack.kind === 'lapsed' && ack.isOutgrown) return due ?? 'worse';
  if (due === null || ack.kind !== 'holds') return due;
  return KNOWN.has(due) && !isFresh ? null : due;
};
