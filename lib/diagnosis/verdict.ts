import type { Cause, Confidence, Culprit, Evidence, Finding, Remedy, Resource } from '../model/analysis.ts';
import type { Holder, Pile, SnapshotDigest } from '../model/digest.ts';
import type { Contest } from './contest.ts';
import type { Facts } from './facts.ts';
import type { FailureGroup } from './merge-failures.ts';
import { unitName, unitOf } from './unit.ts';

/** What a rule found, before victims, confidence and caveats are put to it. */
export type Draft = Pick<
  Finding,
  | 'mechanism'
  | 'severity'
  | 'side'
  | 'culprit'
  | 'contributors'
  | 'resource'
  | 'since'
  | 'overAt'
  | 'summary'
  | 'explanation'
  | 'evidence'
  | 'ports'
  | 'trend'
> & {
  readonly remedy: Omit<Remedy, 'source'>;
  /** Each a whole sentence on a condition of certainty that is not met: none makes high, one medium, more low confidence. */
  readonly doubts: readonly string[];
  /** Failures beyond the contest's own that this explains. */
  readonly alsoVictims?: readonly FailureGroup[];
};

/**
 * - `found`: with its weight (ports, descriptors or connections that would return), by which two that both hold are weighed
 * - `clear`: and the figure that says so
 * - `inconclusive`: what is missing, and the command that would show it
 */
export type Verdict =
  | { readonly kind: 'found'; readonly weight: number; readonly draft: Draft }
  | { readonly kind: 'clear'; readonly because: string }
  | { readonly kind: 'inconclusive'; readonly because: string; readonly command: string | null };

export interface Rule {
  /** The cause, and the file's name. */
  readonly id: Cause;
  /** What it is, for people who never heard of it. */
  readonly title: string;
  /** Which contested things it can explain. */
  readonly judges: readonly Contest['kind'][];
  /** Which part of an upload it needs at the least. */
  readonly needs: string;
  readonly judge: (contest: Contest, facts: Facts) => Verdict;
}

export const clear = (because: string): Verdict => ({ kind: 'clear', because });
export const inconclusive = (because: string, command: string | null = null): Verdict => ({ kind: 'inconclusive', because, command });
export const found = (weight: number, draft: Draft): Verdict => ({ kind: 'found', weight, draft });

/** A rule is asked only about kinds it judges; this keeps the compiler sure of it. */
export const notMine: Verdict = { kind: 'clear', because: 'It explains other resources.' };

export const confidenceOf = (doubts: readonly string[]): Confidence => {
  if (doubts.length === 0) return 'high';
  return doubts.length === 1 ? 'medium' : 'low';
};

/** A culprit of whom so much is known. */
export const culpritWith = (known: Partial<Culprit>): Culprit => ({
  pid: null,
  command: null,
  peer: null,
  localPort: null,
  unit: null,
  ...known,
});

/** PID and name, where the holder is a process. */
export const identityOf = (holder: Holder | undefined): Pick<Culprit, 'pid' | 'command'> =>
  holder?.kind === 'process' ? { pid: holder.pid, command: holder.command } : { pid: null, command: null };

export const unitNameIn = (cgroup: string | null | undefined): string | null => {
  const unit = unitOf(cgroup ?? null);
  return unit === null ? null : unitName(unit);
};

/** A resource of which so much is known. */
export const resourceWith = (kind: Resource['kind'], { netns }: Pick<Contest, 'netns'>, known: Partial<Resource>): Resource => ({
  kind,
  localPort: null,
  peer: null,
  used: null,
  capacity: null,
  assumed: false,
  netns,
  ...known,
});

export const quoteSnapshot = (
  text: string,
  snapshot: SnapshotDigest,
  lines: readonly [number, number] | number = snapshot.source.lines,
): Evidence => ({
  text,
  source: snapshot.source.uri,
  lines: typeof lines === 'number' ? [lines, lines] : lines,
});

export const linesOf = (piles: readonly Pile[]): readonly [number, number] => [
  Math.min(...piles.map(({ lines }) => lines[0])),
  Math.max(...piles.map(({ lines }) => lines[1])),
];
