import type { Finding } from '../model/analysis.ts';
import { duration, when } from '../text/words.ts';
import { type Case, caseId, closeBecause, openCase } from './case.ts';
import type { Outcome } from './outcome.ts';

/** A host that uploads nothing any more: nobody watches it. Not from evidence but from its absence, so beside the fold, not in it. */

/** The contested thing, as the fold has others. */
const RESOURCE_KEY = 'uploads';

const DAY_MS = 24 * 60 * 60_000;
/** A host that was taken out of service is nobody's alarm for ever. */
const GONE_MS = 7 * DAY_MS;
/** What is over stays on the board so long, for its end to be told. */
const KEEP_MS = DAY_MS;
/** After these it has been said often enough: a host that is gone for good is forgotten, not remembered daily. */
export const MAX_SILENT_REMINDERS = 2;

const HEARD: Outcome = { text: 'The host uploads again.', proof: null };
const GONE: Outcome = { text: 'Nothing has come for a week: the host is taken for gone, not for mended.', proof: null };

export const isAboutSilence = ({ resourceKey }: Pick<Case, 'resourceKey'>): boolean => resourceKey === RESOURCE_KEY;

const UNKNOWN_END = { perMinute: null, since: null, exhaustsAt: null, exhaustsBetween: null, runsOut: null };

const findingOf = (host: string, since: string, now: string): Finding => ({
  host,
  cause: 'host-silent',
  mechanism: 'none-yet',
  severity: 'warning',
  confidence: 'high',
  side: null,
  culprit: null,
  contributors: [],
  resource: { kind: 'uploads', localPort: null, peer: null, used: null, capacity: null, assumed: false, netns: null },
  victims: [],
  resourceKey: RESOURCE_KEY,
  since,
  lastSeenAt: now,
  overAt: null,
  summary: `${host} has uploaded nothing since ${when(since, now)}: nobody watches it.`,
  explanation: `The last upload of ${host} came at ${when(since, now)}, ${duration(Date.parse(now) - Date.parse(since))} before this was noticed. Whatever happens on it meanwhile is not seen here.`,
  caveats: ['When a host was last heard is noted every five minutes.'],
  evidence: [],
  remedy: {
    now: `Check that ${host} is up, that its cron line or agent runs, and that it may write to the bucket.`,
    fix: 'Where the host is up: run the upload by hand, as the user that cron runs it as, and read what it prints.',
    prevent: 'A host that is taken out of service for a time is silenced beforehand; one that is gone is forgotten after a week.',
    verify: `GET /v1/hosts shows when ${host} was last heard; GET /v1/uploads?status=rejected shows what was refused of it.`,
    source: null,
  },
  ports: null,
  trend: UNKNOWN_END,
  setAside: [],
  deployment: null,
});

/** Each silence is a case of its own, known by its beginning. */
const idOf = (host: string, since: string): string => caseId(host, RESOURCE_KEY, Math.floor(Date.parse(since) / 1000));

const ago = (at: string, now: string): number => Date.parse(now) - Date.parse(at);

const stepOf = (former: Case, since: string | null, now: string): Case => {
  if (former.status === 'resolved') return former;
  if (since === null || idOf(former.finding.host, since) !== former.id) return closeBecause(former, now, HEARD);
  return ago(since, now) >= GONE_MS ? closeBecause(former, now, GONE) : former;
};

/**
 * The cases about a host's silence as of now.
 *
 * @param former the board's cases
 * @param since when the host was last heard, where that is too long ago; `null` where it is not
 */
export const silentCases = (host: string, former: readonly Case[], since: string | null, now: string): readonly Case[] => {
  const known = former
    .filter(isAboutSilence)
    .map((one) => stepOf(one, since, now))
    .filter(({ resolvedAt }) => resolvedAt === null || ago(resolvedAt, now) < KEEP_MS);
  if (since === null || ago(since, now) >= GONE_MS || known.some(({ id }) => id === idOf(host, since))) return known;
  return [...known, { ...openCase(findingOf(host, since, now), 1), id: idOf(host, since) }];
};
