import type { LinkTo } from '../access/link.ts';
import type { Announcement } from '../fleet/fleet.ts';
import { type Analysis, SEVERITIES } from '../model/analysis.ts';
import { gsm7, SMS_SEPTETS, septets } from '../text/gsm7.ts';
import { count } from '../text/words.ts';
import { cutTexts, firstThatFits, fitLines, roomBeside } from './fit.ts';
import { type View, viewOf } from './view.ts';
import { wrap } from './wrap.ts';

/** More findings at once than people can read: one message that names each. */
export interface Together {
  readonly subject: string;
  readonly text: string;
  readonly sms: string;
  readonly json: string;
  readonly severity: Analysis['severity'];
  readonly status: Analysis['status'];
}

/** In full in the email; the rest by its id only, in the JSON. */
const MAX_LISTED = 50;
/** In the JSON, of whole messages and of those that would be too large. */
const MOST = { hosts: 50, ids: 1000 };
const LEAST = { hosts: 2, ids: 200 };

const viewIn = ({ analysis, kind, news, createdAt }: Announcement): View => viewOf(analysis, kind, { at: createdAt, news });

const rank = ({ analysis }: Announcement): number =>
  Number(analysis.status === 'resolved') * 10 + SEVERITIES.indexOf(analysis.severity) * 2 + Number(analysis.victims.length === 0);

const hostsOf = (all: readonly Announcement[]): number => {
  const named = new Set(all.flatMap(({ analysis }) => analysis.hosts));
  const unnamed = all.reduce((sum, { analysis }) => sum + Math.max(0, analysis.hostCount - analysis.hosts.length), 0);
  return named.size + unnamed;
};

const paragraphs = (announcement: Announcement, i: number, linkTo: LinkTo): readonly string[] => {
  const { analysis } = announcement;
  const view = viewIn(announcement);
  const lead = `${String(i + 1).padStart(3)}. `;
  return [
    '',
    wrap(view.title, lead, '     '),
    wrap(view.who, '     '),
    `     ${linkTo(analysis.id, announcement.createdAt)?.url ?? `Analysis ${analysis.id}`}`,
  ];
};

const label = (worst: Announcement): string => (worst.analysis.status === 'resolved' ? 'RESOLVED' : worst.analysis.severity.toUpperCase());

const emailOf = (sorted: readonly Announcement[], title: string, linkTo: LinkTo): string => {
  const [worst] = sorted;
  const hidden = sorted.length - MAX_LISTED;
  const first = worst === undefined ? null : viewIn(worst);
  return [
    wrap(`${title}, at once. Begin with the first: they are in the order of their severity.`),
    ...(first === null ? [] : [wrap(first.what), wrap(first.analysis.status === 'resolved' ? first.now : `Do now: ${first.now}`)]),
    ...sorted.slice(0, MAX_LISTED).flatMap((announcement, i) => paragraphs(announcement, i, linkTo)),
    ...(hidden > 0 ? ['', `And ${count(hidden, 'more finding')}: GET /v1/analyses lists all of them.`] : []),
    '',
  ].join('\n');
};

const smsOf = (sorted: readonly Announcement[], title: string): string => {
  const parts = sorted.slice(0, 3).map((announcement, i) => `${i === 0 ? ': ' : '; '}${viewIn(announcement).title}`);
  return [title, ...parts].map((part) => gsm7(part)).reduce((text, part) => (septets(text + part) <= SMS_SEPTETS ? text + part : text), '');
};

const contentsOf = (sorted: readonly Announcement[], { hosts, ids }: typeof MOST): object => ({
  together: sorted.length,
  findings: sorted.slice(0, MAX_LISTED).map(({ id, kind, analysis }) => ({
    transition: id,
    kind,
    analysisId: analysis.id,
    host: analysis.host,
    hosts: analysis.hosts.slice(0, hosts),
    hostCount: analysis.hostCount,
    status: analysis.status,
    severity: analysis.severity,
    cause: analysis.cause,
    summary: analysis.summary,
  })),
  transitions: sorted.slice(0, ids).map(({ id }) => id),
});

const jsonOf = (sorted: readonly Announcement[], bytes: number): string =>
  firstThatFits(bytes, [() => JSON.stringify(contentsOf(sorted, MOST)), () => JSON.stringify(contentsOf(sorted, LEAST), cutTexts)]);

/** Many transitions as one message, the most severe first. */
export const renderTogether = (all: readonly Announcement[], linkTo: LinkTo): Together => {
  const sorted = all.toSorted((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
  const [worst] = sorted;
  const title = `${worst === undefined ? '' : `${label(worst)}: `}${count(all.length, 'finding')} on ${count(hostsOf(all), 'host')}`;
  const text = fitLines(emailOf(sorted, title, linkTo));
  const sms = smsOf(sorted, title);
  return {
    subject: title,
    text,
    sms,
    json: jsonOf(sorted, roomBeside(text, sms)),
    severity: worst?.analysis.severity ?? 'info',
    status: worst?.analysis.status ?? 'resolved',
  };
};
