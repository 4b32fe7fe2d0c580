import type { Advise } from '../knowledge/clues.ts';
import { type Finding, SEVERITIES, type SetAside, type Victim } from '../model/analysis.ts';
import { clock, count } from '../text/words.ts';
import { adviceOn } from './advice.ts';
import type { Contest } from './contest.ts';
import { contestsOf, fixedPortContests, poolContests } from './contests.ts';
import { deploymentBefore, deploymentSentence } from './deployments.ts';
import { correlate, type Facts, nothingOpen, type OpenCases, type WantedLookup, type Window } from './facts.ts';
import type { FailureGroup } from './merge-failures.ts';
import { byNamespace } from './namespaces.ts';
import { isNamed } from './process-names.ts';
import { acceptBacklog } from './rules/accept-backlog.ts';
import { closeWaitLeak } from './rules/close-wait-leak.ts';
import { connectionHoarding } from './rules/connection-hoarding.ts';
import { descriptorExhaustion } from './rules/descriptor-exhaustion.ts';
import { ephemeralClash } from './rules/ephemeral-clash.ts';
import { inconclusiveDraft } from './rules/inconclusive.ts';
import { listenerConflict } from './rules/listener-conflict.ts';
import { restartInTimeWait } from './rules/restart-in-time-wait.ts';
import { slowConsumer } from './rules/slow-consumer.ts';
import { timeWaitChurn } from './rules/time-wait-churn.ts';
import { confidenceOf, type Draft, type Rule, type Verdict } from './verdict.ts';

/** Every rule; their order has no meaning. */
export const RULES: readonly Rule[] = [
  acceptBacklog,
  closeWaitLeak,
  connectionHoarding,
  descriptorExhaustion,
  ephemeralClash,
  listenerConflict,
  restartInTimeWait,
  slowConsumer,
  timeWaitChurn,
];

interface Judged {
  readonly rule: Rule;
  readonly verdict: Verdict;
}

/** A throw in one rule is that rule's inconclusive verdict, and nobody else's. */
const judge = (rule: Rule, contest: Contest, facts: Facts): Judged => {
  try {
    return { rule, verdict: rule.judge(contest, facts) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { rule, verdict: { kind: 'inconclusive', because: `The rule ${rule.id} failed on this evidence (${detail}).`, command: null } };
  }
};

const setAside = (judged: readonly Judged[], winner: Rule | null): readonly SetAside[] =>
  judged.flatMap(({ rule, verdict }) => {
    if (rule === winner) return [];
    if (verdict.kind === 'found') return [{ cause: rule.id, because: `It is there too, but less would return: ${verdict.draft.summary}` }];
    return [{ cause: rule.id, because: verdict.because }];
  });

/** Whether a log is the culprit's own: by the PID that it prints, else by the program's name, or a part of its command line. */
const isCulprit = (group: FailureGroup, { culprit }: Draft, facts: Facts): boolean => {
  if (culprit === null) return false;
  if (culprit.pid !== null && group.pids.length > 0) return group.pids.includes(culprit.pid);
  return (
    facts.snapshots.some(({ processes }) => processes.some((process) => process.pid === culprit.pid && isNamed(process, group.app))) ||
    culprit.command === group.app
  );
};

/** One victim a program and kind of failure; the hardest hit first, the culprit's own failures last. */
const victimsOf = (groups: readonly FailureGroup[], draft: Draft, facts: Facts): readonly Victim[] => {
  const merged = new Map<string, Victim>();
  for (const group of groups) {
    const key = `${group.app} ${group.kind}`;
    const twin = merged.get(key);
    merged.set(key, twin === undefined ? toVictim(group, draft, facts) : mergeVictims(twin, toVictim(group, draft, facts)));
  }
  return [...merged.values()].sort((a, b) => Number(a.isCulprit) - Number(b.isCulprit) || b.failures - a.failures);
};

const toVictim = (group: FailureGroup, draft: Draft, facts: Facts): Victim => ({
  host: facts.host,
  app: group.app,
  pid: group.pids[0] ?? null,
  kind: group.kind,
  error: group.error,
  failures: group.count,
  firstAt: group.firstAt,
  lastAt: group.lastAt,
  frame: group.frame,
  isCulprit: isCulprit(group, draft, facts),
  minutes: group.minutes,
});

const mergeVictims = (a: Victim, b: Victim): Victim => {
  const minutes = new Map(a.minutes);
  for (const [minute, failures] of b.minutes) minutes.set(minute, (minutes.get(minute) ?? 0) + failures);
  return {
    ...(a.failures >= b.failures ? a : b),
    pid: a.pid ?? b.pid,
    failures: a.failures + b.failures,
    firstAt: a.firstAt < b.firstAt ? a.firstAt : b.firstAt,
    lastAt: a.lastAt > b.lastAt ? a.lastAt : b.lastAt,
    isCulprit: a.isCulprit && b.isCulprit,
    minutes: [...minutes].sort(([m], [n]) => m - n),
  };
};

const failureEvidence = (groups: readonly FailureGroup[]): Finding['evidence'] =>
  [...groups]
    .sort((a, b) => b.count - a.count)
    .slice(0, 4)
    .map((group) => ({
      text: `${group.app}: "${group.error}", ${count(group.count, 'time')}, first at ${clock(group.firstAt)}, last at ${clock(group.lastAt)}.`,
      source: group.source.uri,
      lines: group.source.lines,
    }));

/** Warnings and waits of the very program that leaks belong to its finding. */
const ownWarnings = (facts: Facts, draft: Draft): readonly FailureGroup[] =>
  facts.failures.filter((group) => (group.kind === 'leak-warning' || group.kind === 'pool-exhausted') && isCulprit(group, draft, facts));

const assemble = (contest: Contest, facts: Facts, draft: Draft, rule: Rule | null, judged: readonly Judged[], advise: Advise): Finding => {
  const groups = [...contest.victims, ...(draft.alsoVictims ?? []), ...(rule === null ? [] : ownWarnings(facts, draft))];
  const victims = victimsOf(groups, draft, facts);
  const cause = rule?.id ?? 'inconclusive';
  const isOwn = (group: FailureGroup): boolean => isCulprit(group, draft, facts);
  const advice = adviceOn(cause, draft, { own: groups.filter(isOwn), others: groups.filter((group) => !isOwn(group)) }, facts, advise);
  const since = victims.reduce((first, { firstAt }) => (firstAt < first ? firstAt : first), draft.since);
  const apps = victims.map(({ app }) => app);
  const deployment = deploymentBefore(since, draft, apps, facts);
  return {
    host: facts.host,
    cause,
    mechanism: draft.mechanism,
    severity: draft.severity,
    confidence: confidenceOf(draft.doubts),
    side: draft.side,
    culprit: draft.culprit,
    contributors: draft.contributors,
    resource: draft.resource,
    victims,
    resourceKey: contest.resourceKey,
    since,
    lastSeenAt: facts.newestAt ?? since,
    overAt: draft.overAt,
    summary: draft.summary,
    explanation: [draft.explanation, deployment === null ? '' : deploymentSentence(since, deployment), advice.likely]
      .filter((part) => part !== '')
      .join(' '),
    caveats: rule === null ? facts.remarks : [...draft.doubts, ...facts.remarks],
    evidence: [...failureEvidence(groups), ...draft.evidence],
    remedy: { ...draft.remedy, fix: advice.fix, source: advice.source },
    ports: draft.ports,
    trend: draft.trend,
    setAside: setAside(judged, rule),
    deployment,
  };
};

const judgeContest = (contest: Contest, facts: Facts, advise: Advise): Finding | null => {
  const judged = RULES.filter((rule) => rule.judges.includes(contest.kind)).map((rule) => judge(rule, contest, facts));
  const founds = judged.flatMap(({ rule, verdict }) => (verdict.kind === 'found' ? [{ rule, ...verdict }] : []));
  const [best] = founds.sort((a, b) => b.weight - a.weight);
  if (best !== undefined) return assemble(contest, facts, best.draft, best.rule, judged, advise);
  if (contest.victims.length === 0) return null;
  return assemble(
    contest,
    facts,
    inconclusiveDraft(
      contest,
      judged.map(({ verdict }) => verdict),
    ),
    null,
    judged,
    advise,
  );
};

/** A pile that already explains failures is one case with them, not another about the port it was accepted on. */
const isClaimed = (finding: Finding, others: readonly Finding[]): boolean =>
  finding.victims.length === 0 &&
  others.some(
    (other) =>
      other !== finding &&
      other.victims.length > 0 &&
      other.cause !== 'inconclusive' &&
      other.culprit !== null &&
      finding.culprit !== null &&
      other.culprit.pid === finding.culprit.pid &&
      other.culprit.localPort === finding.culprit.localPort &&
      other.culprit.peer === finding.culprit.peer,
  );

const bySeverity = (a: Finding, b: Finding): number =>
  SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
  Number(b.victims.length > 0) - Number(a.victims.length > 0) ||
  (a.since < b.since ? -1 : a.since > b.since ? 1 : 0) ||
  (a.resourceKey < b.resourceKey ? -1 : 1);

/**
 * What the window says is wrong with the host: at most one finding a contested thing, most severe first. Pure.
 *
 * @param advise what is known of a culprit's library (`knowledge/`); `noAdvice` where the words are not read
 * @param open what is open already: limits are lower to leave than to enter
 */
export const diagnose = (window: Window, advise: Advise, open: OpenCases = nothingOpen): readonly Finding[] => {
  const facts = correlate(window, open);
  const findings = byNamespace(facts).flatMap((part) => contestsOf(part).flatMap((contest) => judgeContest(contest, part, advise) ?? []));
  const claimed = new Set(
    facts.failures.filter((group) =>
      findings.some(({ victims }) => victims.some(({ app, kind }) => app === group.app && kind === group.kind)),
    ),
  );
  const pools = poolContests(facts, claimed).flatMap((contest) => judgeContest(contest, facts, advise) ?? []);
  const all = [...findings, ...pools];
  return all.filter((finding) => !isClaimed(finding, all)).sort(bySeverity);
};

/** More snapshots than this around one port's failures add nothing, and each costs a read of the raw upload. */
const MAX_LOOKUPS_A_PORT = 6;

/**
 * The ports that must be looked up in raw snapshots before `diagnose` can say who has them: fixed ports that fail, in snapshots near
 * the failures in which nobody listens on them. Empty once `window.lookups` holds them all.
 */
export const portsToLookUp = (window: Window): readonly WantedLookup[] =>
  byNamespace(correlate(window))
    .flatMap((part) => fixedPortContests(part))
    .flatMap(({ port, sightings }) => {
      const silent = sightings.filter(({ listeners }) => listeners.length === 0);
      const chosen = silent.length <= MAX_LOOKUPS_A_PORT ? silent : [...silent.slice(0, MAX_LOOKUPS_A_PORT - 1), ...silent.slice(-1)];
      return chosen
        .filter(({ rows }) => rows === null)
        .map(({ snapshot }) => ({ source: snapshot.source, contentId: snapshot.contentId, takenAt: snapshot.takenAt, port }));
    });
