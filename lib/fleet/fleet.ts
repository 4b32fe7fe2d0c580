import type { TransitionKind } from '../cases/board.ts';
import type { Acknowledgement, Analysis, Cause, Severity, SilencedBy } from '../model/analysis.ts';
import { fleetId } from './key.ts';

/** `joined`: more hosts have the same trouble; an update, for which nobody is woken. */
export type FleetKind = 'opened' | 'joined' | 'worse' | 'reopened' | 'resolved' | 'still-open';

/** What is announced: of one host, or of a fleet. */
export interface Announcement {
  /** The transition's id, stable across retries. */
  readonly id: string;
  readonly kind: TransitionKind | FleetKind;
  readonly analysis: Analysis;
  /** Wall clock. */
  readonly createdAt: string;
  /** Hosts that nobody was told of before. */
  readonly news?: readonly string[];
}

export interface FleetEntry extends Announcement {
  readonly kind: FleetKind;
  readonly lease: { readonly owner: string; readonly until: string } | null;
}

/** Who is in: an item of its own for each host's case, so that hosts never contend. */
export interface Membership {
  readonly key: string;
  readonly caseId: string;
  readonly host: string;
  /** A case whose cause has become another is no member any more. */
  readonly cause: Cause;
  /** The listed fleet analysis; `null` while the host is alone. */
  readonly fleet: string | null;
}

/** What people were told of the trouble, by whichever message. */
export interface FleetTold {
  readonly status: 'open' | 'resolved';
  readonly severity: Severity;
  readonly apps: readonly string[];
  readonly isSoon: boolean;
  /** Wall clock of the last message. */
  readonly at: string;
  /** Short ids of the cases that people know as open, and as over. */
  readonly open: readonly string[];
  readonly over: readonly string[];
}

/** A time that is past, by the evidence. */
interface Span {
  readonly id: string;
  readonly to: string;
}

/**
 * One trouble that may be on many hosts. Written by the host that has it first, while it is alone, and by the sweep; always on condition
 * of the version. Hosts that join only read it.
 */
export interface Fleet {
  readonly key: string;
  /** 0 before the first write; each write adds one. */
  readonly version: number;
  /** Counts the times that the trouble came anew, from 1. */
  readonly episode: number;
  readonly past: readonly Span[];
  readonly status: 'open' | 'resolved';
  /** The case that speaks for the fleet while it is alone, and the transitions that are its to publish whoever joins meanwhile. */
  readonly lead: { readonly caseId: string; readonly spoke: readonly string[] };
  /** Another host has joined: from now on the sweep speaks, for all. */
  readonly isShared: boolean;
  /** There is an analysis of the fleet, to which its members point. */
  readonly isListed: boolean;
  readonly told: FleetTold;
  /** Wall clock at which the first host was seen that nobody was told of. */
  readonly pendingSince: string | null;
  /** Wall clock of the last message about the fleet as such. */
  readonly updatedAt: string | null;
  /** By the evidence: when the last of it was over. */
  readonly resolvedAt: string | null;
  /** Wall clock. */
  readonly closedAt: string | null;
  /** The sweep looks at it. */
  readonly isWatched: boolean;
  /** Short ids of the members that point to the fleet's analysis. */
  readonly linked: readonly string[];
  /** How many messages were due; numbers their ids. */
  readonly announced: number;
  /** Who is on it, and what held back what was due. */
  readonly acknowledged: Acknowledgement | null;
  readonly silenced: SilencedBy | null;
  readonly outbox: readonly FleetEntry[];
}

export const idOf = ({ key, episode }: Pick<Fleet, 'key' | 'episode'>): string => fleetId(key, episode);

export interface FleetSettings {
  /** Hosts that are hit at once are told of together. */
  readonly settlingMs: number;
  /** Hosts that join one after the other are told of so often at most. */
  readonly updateEveryMs: number;
  readonly remindMs: number;
  /** A fleet that was over for longer comes back as another, as a case does. */
  readonly reopenMs: number;
  /** A host that joined just as the fleet was closed is still found. */
  readonly watchMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export const defaultFleetSettings: FleetSettings = {
  // The cron of one minute brings all hosts of one deployment within it.
  settlingMs: MINUTE_MS,
  // As often as somebody who works on it wants to look.
  updateEveryMs: 15 * MINUTE_MS,
  remindMs: 4 * HOUR_MS,
  reopenMs: 24 * HOUR_MS,
  // Far longer than any function lives that saw the fleet open.
  watchMs: HOUR_MS,
};
