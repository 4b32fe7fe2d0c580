import { listed } from '../fleet/words.ts';
import type { Analysis, Member } from '../model/analysis.ts';
import { plain } from '../text/plain.ts';
import { clock, count, number } from '../text/words.ts';

/** What only an analysis of several hosts needs: how they are named in a sentence, and the table of them. */

export const isFleet = ({ hostCount }: Pick<Analysis, 'hostCount'>): boolean => hostCount > 1;

/** In a subject: `web-03`, `3 hosts`. */
export const shortWhere = (analysis: Analysis): string => (isFleet(analysis) ? count(analysis.hostCount, 'host') : analysis.host);

/** In a sentence: `web-03`, `3 hosts (web-03, web-04 and web-07)`. */
export const where = (analysis: Analysis): string =>
  isFleet(analysis) ? `${count(analysis.hostCount, 'host')} (${listed(analysis.hosts, analysis.hostCount)})` : analysis.host;

/** `Also on web-04 (since 10:41:22 UTC) and web-07 (since 10:45:00 UTC): 3 hosts now.` */
export const newcomers = (analysis: Analysis, news: readonly string[]): string => {
  if (news.length === 0) return '';
  const since = new Map(analysis.members.map((member) => [member.host, member.since]));
  const named = news.map((host) => {
    const at = since.get(host);
    return at === undefined ? host : `${host} (since ${clock(at)})`;
  });
  return `Also on ${listed(named)}: ${count(analysis.hostCount, 'host')} now. `;
};

const GAP = '  ';
/** Longer names keep their length and push their row to the right. */
const MAX_NAME = 28;

type Column = readonly [title: string, cell: (member: Member) => string];

const PORTS: Column = ['Ports', ({ ports }) => (ports === null ? '' : `${number(ports.used)} of ${number(ports.capacity)}`)];

const columns = (members: readonly Member[]): readonly Column[] => {
  const days = new Set(members.map(({ since }) => since.slice(0, 10)));
  return [
    ['Host', ({ host }) => plain(host)],
    ['Since (UTC)', ({ since }) => (days.size > 1 ? since.slice(0, 19).replace('T', ' ') : since.slice(11, 19))],
    ['Pid', ({ pid }) => (pid === null ? 'unknown' : String(pid))],
    ...(members.some(({ ports }) => ports !== null) ? [PORTS] : []),
    ['Failures', ({ failures }) => number(failures)],
    ['', ({ resolvedAt }) => (resolvedAt === null ? '' : `over since ${resolvedAt.slice(11, 19)}`)],
  ];
};

/** A row a host, in the order of onset. */
export const hostTable = ({ members, hostCount }: Analysis): readonly string[] => {
  if (members.length === 0) return [];
  const shown = columns(members);
  const rows = [shown.map(([title]) => title), ...members.map((member) => shown.map(([, cell]) => cell(member)))];
  const widths = shown.map((_, i) => Math.min(MAX_NAME, Math.max(...rows.map((row) => (row[i] ?? '').length))));
  const lines = rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(GAP)}`.trimEnd());
  const hidden = hostCount - members.length;
  return hidden > 0 ? [...lines, `  and ${number(hidden)} more`] : lines;
};
