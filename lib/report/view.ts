import type { Announcement } from '../fleet/fleet.ts';
import type { Analysis, Victim } from '../model/analysis.ts';
import { plain, unlinked } from '../text/plain.ts';
import { redact } from '../text/redact.ts';
import { clock, number, percent, program, rate, when } from '../text/words.ts';
import { hostTable, isFleet, newcomers, shortWhere, where } from './fleet.ts';
import { againSince, comeBack, openFor, over, presentVictims } from './life.ts';
import { lastsUntil, outlookWords } from './outlook.ts';

/** What is said, before it is decided how: one view model for email, SMS and terminal. Every text in it is safe to print. */
export interface View {
  readonly analysis: Analysis;
  readonly transition: Announcement['kind'] | null;
  readonly label: string;
  /** A subject: how bad, where, what, who. */
  readonly title: string;
  /** What fails, who causes it and how sure that is, what to do now: enough for somebody woken at night. */
  readonly what: string;
  readonly who: string;
  readonly now: string;
  /** What became of it before: that it came back, that a restart did not help. */
  readonly before: readonly string[];
  /** A few words for a subject or an SMS. */
  readonly shortWhat: string;
  readonly shortWho: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Of a fleet: a row a host. */
  readonly hosts: readonly string[];
  readonly why: string;
  readonly evidence: readonly { readonly text: string; readonly where: string }[];
  readonly remedy: readonly (readonly [name: string, value: string])[];
  readonly setAside: readonly (readonly [cause: string, because: string])[];
  readonly caveats: readonly string[];
}

/** Host's text in a sentence: one line, no controls, no secrets, no links. */
export const safe = (text: string): string => unlinked(redact(plain(text)));

const KINDS: Readonly<Record<Victim['kind'], string>> = {
  'address-in-use': 'Address already in use',
  'address-not-available': 'Cannot assign requested address',
  'too-many-open-files': 'Too many open files',
  'pool-exhausted': 'waits for a pooled connection in vain',
  'leak-warning': 'warns of leaked connections',
};

const SHORT_KINDS: Readonly<Record<Victim['kind'], string>> = {
  'address-in-use': 'cannot bind',
  'address-not-available': 'cannot connect',
  'too-many-open-files': 'out of descriptors',
  'pool-exhausted': 'pool exhausted',
  'leak-warning': 'leaks connections',
};

const CAUSE_NAMES: Readonly<Record<Analysis['cause'], string>> = {
  'close-wait-leak': 'leaks CLOSE_WAIT',
  'time-wait-churn': 'churns through TIME_WAIT',
  'connection-hoarding': 'hoards connections',
  'listener-conflict': 'listens on the port',
  'ephemeral-clash': 'has the port for a connection',
  'restart-in-time-wait': 'meets its old connections',
  'accept-backlog': 'does not accept',
  'slow-consumer': 'is too slow',
  'descriptor-exhaustion': 'is out of descriptors',
  inconclusive: 'unknown cause',
  'host-silent': 'uploads nothing',
};

const CERTAINTY: Readonly<Record<Analysis['confidence'], string>> = {
  high: 'confidence high',
  medium: 'confidence medium',
  low: 'confidence low',
};

const day = (at: string): string => at.slice(0, 10);

const appName = (app: string): string => safe(app);

const victimSentence = (victim: Victim, reference: string, isOver: boolean): string => {
  const pid = victim.pid === null ? '' : ` (pid ${victim.pid})`;
  const times =
    victim.failures === 1
      ? `once, at ${when(victim.firstAt, reference)}`
      : `${number(victim.failures)} times, ${when(victim.firstAt, reference)} to ${when(victim.lastAt, reference)}`;
  const verb =
    victim.kind === 'pool-exhausted' || victim.kind === 'leak-warning'
      ? KINDS[victim.kind]
      : `${isOver ? 'failed' : 'fails'} with "${KINDS[victim.kind]}"`;
  return `${appName(victim.app)}${pid} ${verb}, ${times}`;
};

const withoutVictims = (analysis: Analysis): string => {
  const { mechanism, ports, resource } = analysis;
  const host = where(analysis);
  if (analysis.cause === 'host-silent')
    return `${host} ${analysis.status === 'resolved' ? 'had uploaded' : 'has uploaded'} nothing since ${when(analysis.openedAt, analysis.updatedAt)}.`;
  if (analysis.status === 'resolved')
    return `On ${host} nothing failed${analysis.history.times === 1 ? '' : ' this time'}, as far as its logs have come.`;
  if (mechanism === 'ephemeral-port-exhaustion')
    return `On ${host} no ephemeral port is left; no log of a program that fails has come yet.`;
  if (mechanism === 'accept-queue-full') return `On ${host} the service on port ${resource.localPort} turns new connections away.`;
  const outlook = outlookWords(analysis);
  const ends = outlook === '' ? '' : `; ${outlook}`;
  return ports === null
    ? `On ${host} nothing fails yet${ends}.`
    : `On ${host} nothing fails yet: ${percent(ports.used, ports.capacity)} of the ephemeral ports are in use${isFleet(analysis) ? ` on ${analysis.host}` : ''}${ends}.`;
};

/** What failed before the thing was contested again. */
const failedBefore = ({ victims, updatedAt }: Analysis): string => {
  const [first] = victims;
  return first === undefined ? '' : ` Before, ${victimSentence(first, updatedAt, true)}.`;
};

const whatFails = (analysis: Analysis): string => {
  const [first, ...others] = presentVictims(analysis);
  if (first === undefined) return `${withoutVictims(analysis)}${failedBefore(analysis)}`;
  const more =
    others.length === 0
      ? ''
      : `; also ${others
          .slice(0, 3)
          .map((victim) => `${appName(victim.app)} (${KINDS[victim.kind]}, ${number(victim.failures)}×)`)
          .join(', ')}`;
  return `On ${where(analysis)}, ${victimSentence(first, analysis.updatedAt, analysis.status === 'resolved')}${more}.`;
};

const culpritName = (analysis: Analysis): string => {
  const { culprit } = analysis;
  if (culprit === null) return 'unknown';
  if (isFleet(analysis) && culprit.command !== null) return safe(culprit.command);
  if (culprit.command !== null || culprit.pid !== null) return safe(program(culprit.command, culprit.pid));
  return culprit.peer === null ? 'an unknown program' : `whoever connects to ${culprit.peer}`;
};

const whoCauses = (analysis: Analysis): string =>
  analysis.cause === 'inconclusive'
    ? `The cause ${analysis.status === 'resolved' ? 'was' : 'is'} not known: ${safe(analysis.explanation)}`
    : `${analysis.status === 'resolved' ? 'What was found: ' : ''}${safe(analysis.summary)} (${analysis.cause}, ${CERTAINTY[analysis.confidence]})`;

/** The figures of an analysis that is over are those of its time. */
const portsName = (status: Analysis['status']): string => (status === 'resolved' ? 'Ports then' : 'Ports');

const portFacts = ({ ports, status }: Analysis): readonly (readonly [string, string])[] =>
  ports === null
    ? []
    : [
        [
          portsName(status),
          `${number(ports.used)} of ${number(ports.capacity)} in use (${percent(ports.used, ports.capacity)}), range ${ports.from}-${ports.to}${ports.assumed ? ', not told by the host' : ''}`,
        ],
      ];

const resourceFacts = ({ resource, ports }: Analysis): readonly (readonly [string, string])[] => {
  if (ports !== null || resource.used === null || resource.capacity === null || resource.kind === 'fixed-port') return [];
  const name = resource.kind === 'descriptors' ? 'Descriptors' : resource.kind === 'accept-queue' ? 'Accept queue' : 'In use';
  return [[name, `${number(resource.used)} of ${number(resource.capacity)}${resource.assumed ? ' (capacity not told by the host)' : ''}`]];
};

const growthFacts = (analysis: Analysis): readonly (readonly [string, string])[] => {
  const { trend, mechanism } = analysis;
  if (analysis.status === 'resolved') return [];
  const isFull = mechanism === 'ephemeral-port-exhaustion' || mechanism === 'descriptor-exhaustion';
  const grows = !isFull && trend.perMinute !== null && trend.perMinute >= 1;
  return [...(grows ? [['Growth', rate(trend.perMinute ?? 0)] as const] : []), ...lastsUntil(analysis)];
};

const otherEndFacts = ({ otherEnd }: Analysis): readonly (readonly [string, string])[] =>
  otherEnd === null ? [] : [['Other end', safe(`${program(otherEnd.command, otherEnd.pid)} on ${otherEnd.host}`)]];
/** Who is on it, and who wants to hear nothing of it. */
const attentionFacts = ({ acknowledged, silenced }: Analysis): readonly (readonly [string, string])[] => [
  ...(acknowledged === null ? [] : [['On it', safe(`${acknowledged.by} since ${clock(acknowledged.at)}: ${acknowledged.why}`)] as const]),
  ...(silenced === null
    ? []
    : [['Silenced', safe(`until ${day(silenced.until)} ${clock(silenced.until)} by ${silenced.by}: ${silenced.why}`)] as const]),
];

const factsOf = (analysis: Analysis): View['facts'] => {
  return [
    ['Since', `${day(analysis.openedAt)} ${clock(analysis.openedAt)}`],
    ...againSince(analysis),
    ...(analysis.resolvedAt === null ? [] : [['Over since', `${day(analysis.resolvedAt)} ${clock(analysis.resolvedAt)}`] as const]),
    ...attentionFacts(analysis),
    ['Cause', `${analysis.cause} (${CERTAINTY[analysis.confidence]})`],
    ...(analysis.cause === 'host-silent' ? [] : [['Culprit', culpritName(analysis)] as const]),
    ...(analysis.culprit?.unit ? [['Unit', safe(analysis.culprit.unit)] as const] : []),
    ...(analysis.culprit?.peer ? [['Peer', analysis.culprit.peer] as const] : []),
    ...otherEndFacts(analysis),
    ...(analysis.resource.localPort === null ? [] : [['Port', String(analysis.resource.localPort)] as const]),
    ...(analysis.resource.netns === null ? [] : [['Namespace', safe(analysis.resource.netns)] as const]),
    // Of a fleet these are told host by host.
    ...(isFleet(analysis) ? [] : [...portFacts(analysis), ...resourceFacts(analysis), ...growthFacts(analysis)]),
    ...analysis.contributors.map(
      (other) =>
        [
          'Contributor',
          `${safe(program(other.command, other.pid))}${other.peer === null ? '' : ` to ${other.peer}`}: ${number(other.returns)} would return`,
        ] as const,
    ),
  ];
};

const labelOf = (analysis: Analysis, transition: View['transition'], at: string): string => {
  if (analysis.status === 'resolved') return 'RESOLVED';
  const severity = analysis.severity.toUpperCase();
  if (transition === 'worse') return `${severity} (worse)`;
  if (transition === 'changed-cause') return `${severity} (cause changed)`;
  if (transition === 'joined') return `${severity} (more hosts)`;
  if (transition === 'still-open') return `${severity} (still open, ${openFor(analysis, at)})`;
  return transition === 'reopened' ? `${severity} (again)` : severity;
};

const linesText = ([from, to]: readonly [number, number]): string => (from === to ? `line ${from}` : `lines ${from}-${to}`);

const shortWhat = (analysis: Analysis): string => {
  const [first] = presentVictims(analysis);
  const { ports, resource } = analysis;
  if (first !== undefined) {
    if (first.kind === 'address-not-available' && resource.kind === 'fixed-port')
      return `${appName(first.app)} binds an address that is not here`;
    return `${appName(first.app)} ${SHORT_KINDS[first.kind]}${resource.kind === 'fixed-port' && resource.localPort !== null ? ` port ${resource.localPort}` : ''}`;
  }
  if (analysis.cause === 'host-silent') return 'no uploads';
  if (analysis.status === 'resolved') return 'nothing failed';
  return ports === null ? 'no failure yet' : `${percent(ports.used, ports.capacity)} of ports used`;
};

const shortWho = (analysis: Analysis): string =>
  analysis.cause === 'host-silent'
    ? 'the host is silent'
    : analysis.cause === 'inconclusive'
      ? 'cause unknown'
      : `${culpritName(analysis)} ${CAUSE_NAMES[analysis.cause]}`;

/** What a view depends on beside the analysis. */
export interface Occasion {
  /** When it is said, by the wall clock; without it, when the analysis last changed. */
  readonly at?: string;
  /** Hosts of a fleet that nobody was told of before. */
  readonly news?: readonly string[] | undefined;
}

/** Everything that is said of an analysis, formatted once. */
export const viewOf = (
  analysis: Analysis,
  transition: View['transition'],
  { at = analysis.updatedAt, news = [] }: Occasion = {},
): View => ({
  analysis,
  transition,
  label: labelOf(analysis, transition, at),
  title: `${labelOf(analysis, transition, at)} ${shortWhere(analysis)}: ${shortWhat(analysis)}, ${shortWho(analysis)}`,
  what: `${transition === 'joined' ? newcomers(analysis, news) : ''}${whatFails(analysis)}`,
  hosts: hostTable(analysis),
  who: whoCauses(analysis),
  now: analysis.status === 'resolved' ? safe(over(analysis)) : safe(analysis.remedy.now),
  before: [...comeBack(analysis), ...(analysis.setback === null ? [] : [analysis.setback])].map(safe),
  shortWhat: shortWhat(analysis),
  shortWho: shortWho(analysis),
  facts: factsOf(analysis),
  why: safe([analysis.explanation, ...(analysis.otherEnd?.sentences ?? [])].join(' ')),
  evidence: analysis.evidence.map(({ text, source, lines }) => ({ text: safe(text), where: `${safe(source)}, ${linesText(lines)}` })),
  remedy: [
    ...(analysis.status === 'resolved' ? [] : [['Now', safe(analysis.remedy.now)] as const]),
    ['Fix', safe(analysis.remedy.fix)],
    ['Prevent', safe(analysis.remedy.prevent)],
    ['Verify', safe(analysis.remedy.verify)],
    ...(analysis.remedy.source === null ? [] : [['More', analysis.remedy.source] as const]),
  ],
  setAside: analysis.setAside.map(({ cause, because }) => [cause, safe(because)]),
  caveats: analysis.caveats.map(safe),
});
