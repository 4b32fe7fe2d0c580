import {
  type Acknowledgement,
  type Analysis,
  type Cause,
  type HostState,
  SEVERITIES,
  type Severity,
  type SilencedBy,
} from '../model/analysis.ts';
import type { Case } from './case.ts';

/**
 * One host's board: all that must change together when an upload closes one case and opens another (DESIGN.md, "Order never
 * matters"). It is one item, written on condition of its version.
 */
export interface Board {
  readonly host: string;
  /** 0 before the first write; each write adds one. */
  readonly version: number;
  /** The cases as of a time so long ago that no upload is expected from before it: where the fold begins. */
  readonly checkpoint: Checkpoint;
  /** The cases as of all evidence: the fold's end. */
  readonly cases: readonly Case[];
  /** What people were told of each case. Announcing depends on arrival; nothing else does. */
  readonly ledger: readonly LedgerEntry[];
  readonly outbox: readonly OutboxEntry[];
  /** Cases whose analyses, as people query them, may not have been written since they changed: a death falls between the two writes. */
  readonly unshown: readonly string[];
}

export interface Checkpoint {
  readonly at: string | null;
  readonly cases: readonly Case[];
  /** How many cases there were about things whose cases are forgotten, the latest last: a new one must not take an old one's id. */
  readonly past: readonly Past[];
}

export interface Past {
  readonly resourceKey: string;
  readonly episode: number;
}

export const noCheckpoint: Checkpoint = { at: null, cases: [], past: [] };

export type TransitionKind = 'opened' | 'worse' | 'changed-cause' | 'still-open' | 'resolved' | 'reopened';

export interface LedgerEntry {
  readonly caseId: string;
  /** `null` until the first announcement. */
  readonly told: Told | null;
  /** Wall clock at which an `inconclusive` finding was first seen: it is announced only after the settling time. */
  readonly unsettledSince: string | null;
  /** How many transitions were announced; numbers their ids. */
  readonly announced: number;
  /** Wall clock of the last announcement, and how many reminders the last ones were: what the next reminder waits for. */
  readonly toldAt: string | null;
  readonly reminders: number;
  /** Who is on it; `null` where nobody is. */
  readonly acknowledged: Acknowledgement | null;
  /** What held back what was due; `null` where nothing did. */
  readonly silenced: SilencedBy | null;
}

/** What was said since the case was opened (or reopened). While it stays open, what is worse stays said: a swing is no news. */
export interface Told {
  readonly status: 'open' | 'resolved';
  /** The latest last. */
  readonly causes: readonly Cause[];
  /** The worst. */
  readonly severity: Severity;
  /** Programs that fail, beside the culprit itself. */
  readonly apps: readonly string[];
  /** The forecast was said to be under an hour. */
  readonly isSoon: boolean;
  /** It was said that a restart did not help. */
  readonly isSetBack: boolean;
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

export const emptyBoard = (host: string): Board => ({
  host,
  version: 0,
  checkpoint: noCheckpoint,
  cases: [],
  ledger: [],
  outbox: [],
  unshown: [],
});

/** What people have said to a case. */
export const attentionTo = (ledger: readonly LedgerEntry[], caseId: string): Pick<LedgerEntry, 'acknowledged' | 'silenced'> => {
  const entry = ledger.find((one) => one.caseId === caseId);
  return { acknowledged: entry?.acknowledged ?? null, silenced: entry?.silenced ?? null };
};

/** A host at a glance. */
export interface BoardState {
  /** The worst that is open; `silent` where nobody watches it any more; `quiet` where nothing is open. */
  readonly state: HostState;
  readonly open: number;
  readonly causes: readonly Cause[];
}

export const stateOf = (board: Pick<Board, 'cases'> | null): BoardState => {
  const open = (board?.cases ?? []).filter(({ status }) => status === 'open').map(({ finding }) => finding);
  const causes = [...new Set(open.map(({ cause }) => cause))];
  const worst = SEVERITIES.find((severity) => open.some((finding) => finding.severity === severity));
  return { state: causes.includes('host-silent') ? 'silent' : (worst ?? 'quiet'), open: open.length, causes };
};

/** Whether time alone may bring something to say: what the sweep must look at. */
export const isBusy = ({ outbox, cases, ledger }: Board): boolean =>
  outbox.length > 0 || cases.some(({ status }) => status === 'open') || ledger.some(({ told }) => told?.status === 'open');
