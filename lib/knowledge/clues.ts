import type { Cause } from '../model/analysis.ts';
import type { Queues } from './schema.ts';

/** What the knowledge base is asked, and what it answers. Apart from the base itself, which is loaded where something is found. */

/** What the log of one program says. */
export interface LogClues {
  /** Innermost first, as digests keep them (`FailureCount.frames`). */
  readonly frames: readonly string[];
  /** Failing lines and warnings (`FailureCount.error`). */
  readonly errors: readonly string[];
}

export interface Clues {
  readonly cause: Cause;
  /** Of the culprit; `null` where unknown. */
  readonly side: 'client' | 'server' | null;
  /** Culprit's comm or argv[0], and its command line; `null` where unknown. */
  readonly command: string | null;
  readonly args: string | null;
  /** The culprit's own log. */
  readonly own: LogClues;
  /**
   * The log of who fails. It tells how the victim calls and never who leaks, so it counts only where `isVictimCulprit`: the one that
   * fails is the one that takes the ports, as with `time-wait-churn`, whose sockets have no owner.
   */
  readonly victim: LogClues;
  readonly isVictimCulprit: boolean;
  /** How most of the culprit's CLOSE_WAIT sockets read; `null` where unknown or of no meaning. */
  readonly queues: Queues | null;
}

export const noLog: LogClues = { frames: [], errors: [] };

/** What is known of the culprit's library, in the words that people read. */
export interface Advice {
  /** A sentence or two for the explanation; empty where nothing is known. */
  readonly likely: string;
  /** For `remedy.fix`: a line of code where the library is known, the general advice with some added where only the language is, else that alone. */
  readonly fix: string;
  /** A page to read on; `null` where the library is not known. */
  readonly source: string | null;
}

/** @param generalFix what is right whatever the library is */
export type Advise = (clues: Clues, generalFix: string) => Advice;

/** For who asks only whether there is something: the words are not read. */
export const noAdvice: Advise = (_clues, generalFix) => ({ likely: '', fix: generalFix, source: null });

/**
 * How most CLOSE_WAIT sockets read (`Pile.recvQ`, summed): more than half, as the explanation of the leak has it.
 * `null` where no queue is known, or none prevails.
 */
export const queuesOf = ({ zero, one, more }: { readonly zero: number; readonly one: number; readonly more: number }): Queues | null => {
  const half = (zero + one + more) / 2;
  if (one > half) return 'fin-unread';
  if (zero > half) return 'read-to-eof';
  return more > half ? 'unread-data' : null;
};
