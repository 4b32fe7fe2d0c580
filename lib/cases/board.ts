import type { Analysis, Cause, Finding, Severity } from '../model/analysis.ts';

/**
 * One host's board: all that must change together when an upload closes one case and opens another (DESIGN.md, "Order never
 * matters"). It is one item, written on condition of its version.
 */
export interface Board {
  readonly host: string;
  /** 0 before the first write; each write adds one. */
  readonly version: number;
  readonly cases: readonly Case[];
  readonly outbox: readonly OutboxEntry[];
  /** The newest `takenAt` or failure among all digests seen: where the next window ends at the least. */
  readonly newestAt: string | null;
}

export type TransitionKind = 'opened' | 'worse' | 'changed-cause' | 'resolved' | 'reopened';

/** The life of one analysis about one contested thing. */
export interface Case {
  readonly id: string;
  readonly resourceKey: string;
  readonly status: 'open' | 'resolved';
  /** The newest finding about it, its victims merged with what earlier windows saw. */
  readonly finding: Finding;
  readonly openedAt: string;
  readonly updatedAt: string;
  readonly resolvedAt: string | null;
  /** Failures per victim and minute, folded so that a sliding window forgets nothing; `before` is the sum of what was folded away. */
  readonly tallies: readonly VictimTally[];
  /** What people were last told; `null` until the first announcement is due. */
  readonly told: Told | null;
  /** Wall clock when an `inconclusive` finding was first seen: it is announced only after the settling time. */
  readonly unsettledSince: string | null;
}

export interface VictimTally {
  /** app, kind and call: what makes one victim. */
  readonly key: string;
  readonly before: number;
  readonly minutes: readonly (readonly [minute: number, count: number])[];
}

export interface Told {
  readonly status: 'open' | 'resolved';
  readonly cause: Cause;
  readonly severity: Severity;
  readonly culprit: string | null;
}

/** A message that is due. It leaves the outbox only when its publishing has been recorded. */
export interface OutboxEntry {
  /** The transition's id, stable across retries: it travels as a message attribute. */
  readonly id: string;
  readonly caseId: string;
  readonly kind: TransitionKind;
  readonly analysis: Analysis;
  readonly createdAt: string;
  /** Who is publishing it just now, and until when nobody else may. */
  readonly lease: { readonly owner: string; readonly until: string } | null;
}

export const emptyBoard = (host: string): Board => ({ host, version: 0, cases: [], outbox: [], newestAt: null });
