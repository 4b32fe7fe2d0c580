import { UNATTENDED } from '../cases/case.ts';
import type { Analysis, Evidence, Member, Victim } from '../model/analysis.ts';
import { byOnset, type Facts, isOpen, onePerHost, worstOf } from './facts.ts';
import { fleetSummary, remedyNow } from './words.ts';

/** As many hosts are listed with their figures, and by name: a message holds 256 KB, an item of the table 400. */
const MAX_MEMBERS = 50;
const MAX_HOSTS = 500;
/** Hosts whose failures are told apart. */
const MAX_VICTIM_HOSTS = 20;
/** Hosts whose evidence is quoted, and how much of each. */
const QUOTED_HOSTS = 4;
const QUOTES = 2;

const memberOf = (facts: Facts): Member => ({
  host: facts.host,
  since: facts.openedAt,
  resolvedAt: facts.resolvedAt,
  status: facts.status,
  severity: facts.severity,
  pid: facts.culprit?.pid ?? null,
  command: facts.culprit?.command ?? null,
  peer: facts.culprit?.peer ?? null,
  localPort: facts.culprit?.localPort ?? null,
  failures: facts.victims.reduce((sum, { failures }) => sum + failures, 0),
  ports: facts.ports === null ? null : { used: facts.ports.used, capacity: facts.ports.capacity },
  analysisId: facts.id,
});

const mergeVictim = (a: Victim, b: Victim): Victim => ({
  ...a,
  host: null,
  // A PID means something on one host only.
  pid: null,
  failures: a.failures + b.failures,
  firstAt: a.firstAt < b.firstAt ? a.firstAt : b.firstAt,
  lastAt: a.lastAt > b.lastAt ? a.lastAt : b.lastAt,
  isCulprit: a.isCulprit && b.isCulprit,
});

/** The same program failing in the same way on several hosts, as one; the hardest hit first, the culprit's own failures last. */
export const acrossHosts = (victims: readonly Victim[]): readonly Victim[] => {
  const merged = new Map<string, Victim>();
  for (const victim of victims) {
    const key = JSON.stringify([victim.app, victim.kind]);
    const known = merged.get(key);
    merged.set(key, known === undefined ? victim : mergeVictim(known, victim));
  }
  return [...merged.values()].sort(
    (a, b) => Number(a.isCulprit) - Number(b.isCulprit) || b.failures - a.failures || (a.app < b.app ? -1 : 1),
  );
};

/** Host by host in the order of onset; those of the hosts beyond the first twenty as sums. */
const victimsOf = (members: readonly Facts[], first: Analysis): readonly Victim[] => {
  const worded = (victim: Victim): Victim => {
    const said = first.victims.find(({ app, kind }) => app === victim.app && kind === victim.kind);
    return said === undefined ? victim : { ...victim, error: said.error, frame: said.frame };
  };
  const each = members.slice(0, MAX_VICTIM_HOSTS).flatMap(({ victims }) => victims);
  const rest = acrossHosts(members.slice(MAX_VICTIM_HOSTS).flatMap(({ victims }) => victims));
  return [...each, ...rest.map((victim) => ({ ...victim, host: null, pid: null }))].map(worded);
};

const quoted = (analyses: readonly Analysis[]): readonly Evidence[] =>
  analyses.flatMap(({ host, evidence }) => evidence.slice(0, QUOTES).map((one) => ({ ...one, text: `${host}: ${one.text}` })));

const latest = (times: readonly (string | null)[]): string =>
  times.reduce<string>((last, at) => ((at ?? '') > last ? (at ?? '') : last), '');

/** Those whose whole analyses are needed: the first, whose fields stand for all, the first that is still open, and a few to quote. */
export const toQuote = (all: readonly Facts[]): readonly Facts[] => {
  const members = onePerHost(all);
  const open = members.find(isOpen);
  return [...new Set([...members.slice(0, QUOTED_HOSTS), ...(open === undefined ? [] : [open])])];
};

/**
 * One analysis of one cause on many hosts. What can only be said of one host is said of the one where it began; what to do now, of the
 * first where it still goes on.
 *
 * @param analyses in full, those of `toQuote`; the result is `null` where the first of them is gone
 */
export const fleetAnalysis = (id: string, all: readonly Facts[], analyses: readonly Analysis[]): Analysis | null => {
  const members = onePerHost(all);
  const full = analyses.toSorted((a, b) => byOnset(a, b));
  const first = full.find((analysis) => analysis.id === members[0]?.id);
  if (first === undefined) return null;
  const open = members.filter(isOpen);
  const acting = full.find((analysis) => analysis.id === open[0]?.id) ?? first;
  const worst = worstOf(members) ?? first;
  const ends = open.flatMap(({ trend }) => trend.exhaustsAt ?? []).sort();
  const soonest = ends[0] ?? null;
  const endedAt = open.length > 0 ? null : latest(members.map(({ resolvedAt }) => resolvedAt));
  const listed = members.slice(0, MAX_MEMBERS).map(memberOf);
  return {
    ...first,
    id,
    status: open.length > 0 ? 'open' : 'resolved',
    severity: worst.severity,
    mechanism: worst.mechanism,
    confidence: worst.confidence,
    contributors: [],
    victims: victimsOf(all.toSorted(byOnset), first),
    openedAt: first.openedAt,
    updatedAt: latest(members.map(({ updatedAt }) => updatedAt)),
    resolvedAt: endedAt,
    summary: fleetSummary(first, listed, members.length),
    explanation: `On ${first.host}: ${first.explanation}`,
    caveats: [...new Set(full.flatMap(({ host, caveats }) => caveats.map((caveat) => `${host}: ${caveat}`)))].slice(0, 8),
    evidence: quoted(full),
    remedy: { ...acting.remedy, now: remedyNow(acting, listed, members.length) },
    trend: {
      ...first.trend,
      exhaustsAt: soonest,
      exhaustsBetween: soonest === first.trend.exhaustsAt ? first.trend.exhaustsBetween : null,
    },
    history: { times: 1, since: first.openedAt, episodes: [{ from: first.openedAt, to: endedAt }] },
    setback: acting.setback,
    outcome: null,
    hosts: members.slice(0, MAX_HOSTS).map(({ host }) => host),
    hostCount: members.length,
    fleet: null,
    ...UNATTENDED,
    members: listed,
  };
};

/** A fleet whose members all turned out to have another cause. */
export const overtaken = (former: Analysis, at: string): Analysis => ({
  ...former,
  status: 'resolved',
  resolvedAt: at,
  caveats: ['Later evidence gave its hosts another cause: see their own analyses.', ...former.caveats],
});
