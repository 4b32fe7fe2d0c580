import { diagnose } from '../diagnosis/diagnose.ts';
import { type OpenCases, snapshotsAround, type Window } from '../diagnosis/facts.ts';
import type { Advise } from '../knowledge/clues.ts';
import type { Finding } from '../model/analysis.ts';
import type { Digest, SnapshotDigest } from '../model/digest.ts';
import { clock } from '../text/words.ts';
import type { Case } from './case.ts';
import { sightOf } from './sight.ts';

/** What a window says, given the cases that are known: evidence that one was closed on does not testify again. */

const openIn = (cases: readonly Case[]): OpenCases =>
  new Map(cases.flatMap(({ status, resourceKey, finding }) => (status === 'open' ? [[resourceKey, finding.severity] as const] : [])));

/** What a digest says of the time after; `null` if nothing. The snapshot that showed the end is where the next growth begins. */
const after = (digest: Digest, at: string): Digest | null => {
  if (digest.kind === 'marker') return digest;
  if (digest.kind === 'snapshot') return digest.takenAt >= at ? digest : null;
  const failures = digest.failures.filter(({ lastAt }) => lastAt > at);
  return failures.length === 0 ? null : { ...digest, failures };
};

/**
 * When a case was last seen to be over. A pile's finding stays in the window for as long as its failures do, and would hide for half
 * an hour that the next pile is growing, or end a case that has come back. Other things are judged around their failures' time anyway.
 */
const lastEnd = ({ resourceKey, history, resolvedAt }: Case): string | null => {
  if (!resourceKey.startsWith('ephemeral-ports')) return null;
  return resolvedAt ?? history.episodes.at(-2)?.to ?? null;
};

interface Judging {
  readonly open: OpenCases;
  readonly window: Window;
  /** Of the window. */
  readonly start: string;
  readonly advise: Advise;
}

/** What ended within the window is judged by what came after. */
const judgeAnew = (findings: readonly Finding[], former: Case, { open, window, start, advise }: Judging): readonly Finding[] => {
  const { resourceKey } = former;
  const end = lastEnd(former);
  if (end === null || end < start) return findings;
  const digests = window.digests.flatMap((digest) => after(digest, end) ?? []);
  const anew = diagnose({ ...window, digests }, advise, open).filter((finding) => finding.resourceKey === resourceKey);
  return [...findings.filter((finding) => finding.resourceKey !== resourceKey), ...anew];
};

/** No snapshot was taken near the failures, or none has come yet: nobody can say what was so at their time. */
const isUnwitnessed = ({ cause, victims }: Finding, snapshots: readonly SnapshotDigest[]): boolean => {
  const times = victims.flatMap(({ firstAt, lastAt }) => [firstAt, lastAt]).sort();
  const [first, last] = [times[0], times.at(-1)];
  return cause === 'inconclusive' && first !== undefined && last !== undefined && snapshotsAround(snapshots, first, last).length === 0;
};

const LESS_SURE: Readonly<Record<Finding['confidence'], Finding['confidence']>> = { high: 'medium', medium: 'low', low: 'low' };

/** The cause that is known and still there, with the failures that nobody witnessed. */
const inItsLight = (known: Finding, unwitnessed: Finding): Finding => ({
  ...known,
  victims: unwitnessed.victims,
  severity: 'critical',
  confidence: LESS_SURE[known.confidence],
  caveats: [`No snapshot was taken near these failures: the cause is that of ${clock(known.lastSeenAt)}.`, ...known.caveats],
  evidence: [...unwitnessed.evidence, ...known.evidence],
  since: known.since < unwitnessed.since ? known.since : unwitnessed.since,
  lastSeenAt: unwitnessed.lastSeenAt,
});

/** To say "cause unknown" of a thing whose trouble is known, and still there, would be less than is known. */
const withKnownCause = (findings: readonly Finding[], cases: readonly Case[], { open, window, advise }: Judging): readonly Finding[] => {
  const { snapshots } = sightOf('', window.digests);
  const isKnown = ({ resourceKey }: Finding): boolean =>
    cases.some((other) => other.resourceKey === resourceKey && other.status === 'open' && other.finding.cause !== 'inconclusive');
  const unwitnessed = findings.filter((finding) => isKnown(finding) && isUnwitnessed(finding, snapshots));
  if (unwitnessed.length === 0) return findings;
  const present = diagnose({ ...window, digests: window.digests.filter(({ kind }) => kind === 'snapshot') }, advise, open);
  return findings.map((finding) => {
    const known = unwitnessed.includes(finding) ? present.find(({ resourceKey }) => resourceKey === finding.resourceKey) : undefined;
    return known === undefined || known.overAt !== null ? finding : inItsLight(known, finding);
  });
};

/** @param start of the window: what ended before it is not in it */
export const judge = (window: Window, cases: readonly Case[], start: string, advise: Advise): readonly Finding[] => {
  const judging = { open: openIn(cases), window, start, advise };
  const findings = cases.reduce((all, former) => judgeAnew(all, former, judging), diagnose(window, advise, judging.open));
  return withKnownCause(findings, cases, judging);
};
