import type * as z from 'zod/mini';
import { analysesAnswer } from '../lib/api/analysis.ts';
import { hostsAnswer, silencesAnswer, uploadsAnswer } from '../lib/api/lists.ts';
import { timelineAnswer } from '../lib/api/timeline.ts';
import { renderTable } from '../lib/report/table.ts';
import { safe } from '../lib/report/view.ts';
import { program } from '../lib/text/words.ts';

/** Each list as people read it in a terminal. */

/** `2026-11-23 10:39:05Z` */
const at = (time: string | null): string | null => (time === null ? null : `${time.slice(0, 10)} ${time.slice(11, 19)}Z`);

type Analyses = z.infer<typeof analysesAnswer>['analyses'];

const whoOf = ({ culprit }: Analyses[number]): string | null =>
  culprit === null || (culprit.command === null && culprit.pid === null) ? null : safe(program(culprit.command, culprit.pid));

const stateOf = ({ status, acknowledged, silenced }: Analyses[number]): string => {
  if (status === 'resolved') return 'resolved';
  return acknowledged !== null ? `ack ${safe(acknowledged.by)}` : silenced !== null ? 'silenced' : 'open';
};

const analyses = (items: Analyses): string =>
  renderTable(items, [
    ['since', ({ openedAt }) => at(openedAt)],
    ['severity', ({ severity }) => severity],
    ['state', stateOf],
    ['host', ({ host, hostCount }) => (hostCount > 1 ? `${host} +${hostCount - 1}` : host)],
    ['cause', ({ cause }) => cause],
    ['culprit', whoOf],
    ['failures', ({ victims }) => victims.reduce((sum, { failures }) => sum + failures, 0)],
    ['id', ({ id }) => id],
  ]);

const hosts = (items: z.infer<typeof hostsAnswer>['hosts']): string =>
  renderTable(items, [
    ['host', ({ host }) => host],
    ['state', ({ state }) => state],
    ['last heard', ({ lastHeardAt }) => at(lastHeardAt)],
    ['open', ({ open }) => open],
    ['causes', ({ causes }) => causes.join(' ')],
  ]);

const uploads = (items: z.infer<typeof uploadsAnswer>['uploads']): string =>
  items.map(({ at: time, key, reason }) => `${at(time)}  ${safe(key)}\n  ${safe(reason)}`).join('\n');

const silences = (items: z.infer<typeof silencesAnswer>['silences']): string =>
  renderTable(items, [
    ['id', ({ id }) => id],
    ['host', ({ match }) => match.host],
    ['program', ({ match }) => (match.program === null ? null : safe(match.program))],
    ['cause', ({ match }) => match.cause],
    ['until', ({ until, ended }) => at(ended?.at ?? until)],
    ['by', ({ by }) => safe(by)],
    ['why', ({ why }) => safe(why)],
  ]);

type Timeline = z.infer<typeof timelineAnswer>;

const timeline = ({ times, ports, processes, failures, markers }: Timeline): string => {
  const rows = times.map((time, i) => ({ time, i }));
  const [own] = ports;
  const leaks = processes.filter(({ states }) => states.close_wait !== undefined).slice(0, 4);
  const table = renderTable(rows, [
    ['time', ({ time }) => at(time)],
    ['ports', ({ i }) => own?.used[i] ?? null],
    ['of', ({ i }) => own?.capacity[i] ?? null],
    ...leaks.map(
      ({ command, pid, states }) =>
        [`${safe(program(command, pid))} close_wait`, ({ i }: { readonly i: number }) => states.close_wait?.[i] ?? null] as const,
    ),
  ]);
  const told = [
    ...failures.map(({ app, total, kinds }) => `${safe(app)}: ${total} failures (${kinds.join(', ')})`),
    ...markers.map(
      ({ at: time, kind, app, version }) => `${at(time)} ${safe(kind)} ${safe(app)}${version === null ? '' : ` ${safe(version)}`}`,
    ),
  ];
  return told.length === 0 ? table : `${table}\n\n${told.join('\n')}`;
};

/** What an answer is checked by, and how it is shown. */
export const readers = {
  analyses: { schema: analysesAnswer, items: analyses },
  hosts: { schema: hostsAnswer, items: hosts },
  uploads: { schema: uploadsAnswer, items: uploads },
  silences: { schema: silencesAnswer, items: silences },
  timeline: { schema: timelineAnswer, items: timeline },
} as const;
