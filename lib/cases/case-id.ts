import { createHash } from 'node:crypto';
import type { Analysis, Finding } from '../model/analysis.ts';

/**
 * An analysis' id: the same for the same contested thing of the same host, whatever the order of arrival. `~` is in no host name and
 * unreserved in URLs (RFC 3986 §2.3).
 *
 * @param episode counts the times that the thing was contested anew, from 1
 */
export const caseId = (host: string, resourceKey: string, episode: number): string =>
  `${host}~${createHash('sha256').update(`${host}|${resourceKey}|${episode}`).digest('hex').slice(0, 10)}`;

/** A finding as an analysis of its own: what `closewatch analyze` shows, and where a case begins. */
export const analysisOf = (finding: Finding, id: string): Analysis => {
  const { since, lastSeenAt, overAt, resourceKey: _, ...rest } = finding;
  return {
    ...rest,
    id,
    status: overAt === null ? 'open' : 'resolved',
    openedAt: since,
    updatedAt: lastSeenAt,
    resolvedAt: overAt,
    hosts: [finding.host],
  };
};
