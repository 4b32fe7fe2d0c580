import { diagnose } from '../diagnosis/diagnose.ts';
import type { OpenCases, Window } from '../diagnosis/facts.ts';
import type { Finding } from '../model/analysis.ts';
import type { Digest } from '../model/digest.ts';
import type { Case } from './case.ts';

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

/** @param start of the window: what ended before it is not in it */
export const judge = (window: Window, cases: readonly Case[], start: string): readonly Finding[] => {
  const open = openIn(cases);
  const findings = diagnose(window, open);
  return cases.reduce<readonly Finding[]>((all, former) => {
    const { resourceKey } = former;
    const end = lastEnd(former);
    if (end === null || end < start) return all;
    const digests = window.digests.flatMap((digest) => after(digest, end) ?? []);
    const anew = diagnose({ ...window, digests }, open).filter((finding) => finding.resourceKey === resourceKey);
    return [...all.filter((finding) => finding.resourceKey !== resourceKey), ...anew];
  }, findings);
};
