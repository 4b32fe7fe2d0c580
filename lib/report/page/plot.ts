import type { Analysis } from '../../model/analysis.ts';
import type { Series, SocketsOverTime, Timeline } from '../../model/timeline.ts';
import { about, number, program } from '../../text/words.ts';
import { safe } from '../view.ts';
import { type Focus, focusOf, WHOLE_HOST } from './focus.ts';
import { hoverColumns, type Told } from './hover.ts';
import { type Html, html } from './html.ts';
import { areaOf, FAILURES, GAP, HEIGHT, LEFT, most, PLOT, pathOf, RIGHT, round, type Scale, scaleFor, TOP, ticks, WIDTH } from './scale.ts';

/**
 * The incident as one picture, drawn here as SVG: it is read without a script, prints, follows the page's colours, and needs no library in
 * the page, where uPlot would need both a script and a table in its place.
 */

/** More lines than this cannot be told apart. */
const MAX_LINES = 4;
/** A forecast further away than this many times what was seen would leave no room for what was. */
const AHEAD = 1;

interface Line {
  readonly name: string;
  readonly series: Series;
  readonly isCulprit: boolean;
}

const STATES = [
  ['close_wait', 'CLOSE_WAIT'],
  ['established', 'ESTABLISHED'],
  ['time_wait', 'TIME_WAIT'],
] as const;

/** A program's line shows the state that most of its sockets came to. */
const lineOf = (process: SocketsOverTime, { culpritPid }: Focus): Line | null => {
  const [largest] = STATES.flatMap(([state, label]) => {
    const series = process.states[state];
    return series === undefined ? [] : [{ label, series }];
  }).toSorted((a, b) => most(b.series) - most(a.series));
  if (largest === undefined) return null;
  const isCulprit = process.pid !== null && process.pid === culpritPid;
  const owner = process.holder === 'process' ? program(process.command, process.pid) : (process.peer ?? 'no program any more');
  return { name: `${largest.label} of ${safe(owner)}`, series: largest.series, isCulprit };
};

/** Less than this part of the highest line lies on the axis and says nothing. */
const WORTH_A_LINE = 0.02;

/** The culprit's line is always among them, and drawn last, on top. */
const linesOf = ({ processes, ports }: Timeline, focus: Focus): readonly Line[] => {
  const all = processes.flatMap((process) => lineOf(process, focus) ?? []);
  const top = Math.max(focus.contestsPorts ? most(ports[0]?.used ?? []) : 0, ...all.map(({ series }) => most(series)));
  const culprit = all.filter(({ isCulprit }) => isCulprit);
  const others = all.filter(({ isCulprit, series }) => !isCulprit && most(series) >= WORTH_A_LINE * top);
  return [...others.slice(0, MAX_LINES - culprit.length), ...culprit];
};

/** Where nothing was uploaded yet, there is nothing to be seen. */
const beginningOf = ({ from, times }: Timeline, { failed }: Focus): number =>
  Math.max(Date.parse(from), Math.min(Date.parse(times[0] ?? from), failed?.from ?? Number.POSITIVE_INFINITY));

const scaleOf = (timeline: Timeline, focus: Focus, lines: readonly Line[]): Scale => {
  const from = beginningOf(timeline, focus);
  const seen = Math.max(Date.parse(timeline.to) - from, 1000);
  const until = focus.forecast === null ? 0 : Date.parse(focus.forecast.latest ?? focus.forecast.about);
  const to = Math.min(Math.max(from + seen, until), from + seen * (1 + AHEAD));
  const ports = focus.contestsPorts ? timeline.ports[0] : undefined;
  const highest = Math.max(1, ...lines.map(({ series }) => most(series)), most(ports?.used ?? []), most(ports?.capacity ?? []));
  return scaleFor(from, to, 1.05 * Math.max(highest, limitInSight(focus, highest) ? (focus.limit?.capacity ?? 0) : 0));
};

/** A limit that is far above would press everything to the axis. */
const FAR = 4;

const limitInSight = ({ limit }: Focus, highest: number): boolean => limit !== null && limit.capacity <= FAR * highest;

const grid = (scale: Scale): Html =>
  html`${ticks(scale.top).map(
    (value) =>
      html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(scale.y(value))}" y2="${round(scale.y(value))}"/><text class="tick" x="${LEFT - 8}" y="${round(scale.y(value) + 4)}" text-anchor="end">${number(value)}</text>`,
  )}`;

const clockTicks = ({ from, to, x }: Scale): Html =>
  html`${[0, 0.25, 0.5, 0.75, 1].map((part) => {
    const at = new Date(from + part * (to - from)).toISOString();
    const anchor = part === 0 ? 'start' : part === 1 ? 'end' : 'middle';
    return html`<text class="tick" x="${round(x(at))}" y="${HEIGHT - 8}" text-anchor="${anchor}">${at.slice(11, 19)}</text>`;
  })}`;

const fullAt = (capacity: number, name: string, scale: Scale): Html =>
  html`<line class="capacity" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(scale.y(capacity))}" y2="${round(scale.y(capacity))}"/><text class="note" x="${WIDTH - RIGHT}" y="${round(scale.y(capacity) - 6)}" text-anchor="end">${number(capacity)} ${name} in all</text>`;

const portsLayer = ({ ports, times }: Timeline, scale: Scale): Html => {
  const [first] = ports;
  if (first === undefined) return html``;
  const capacity = most(first.capacity);
  return html`<path class="used" d="${areaOf(times, first.used, scale)}"/>${capacity === 0 ? null : fullAt(capacity, 'ports', scale)}`;
};

const limitLayer = ({ limit }: Focus, scale: Scale): Html | null =>
  limit === null || limit.capacity > scale.top ? null : fullAt(limit.capacity, limit.name, scale);

/** The place where the way to (`end`, `value`) leaves the picture, if it does. */
const within = (begin: readonly [string, number], end: string | null, value: number, scale: Scale): string => {
  const [from, target] = [Date.parse(begin[0]), end === null ? Number.POSITIVE_INFINITY : Date.parse(end)];
  const until = Math.min(target, scale.to);
  const reached = begin[1] + (value - begin[1]) * Math.min(1, (until - from) / (target - from));
  return `${round(scale.x(new Date(until).toISOString()))},${round(scale.y(reached))}`;
};

/** From what is used now to the capacity, as early and as late as nine forecasts in ten say. */
const forecast = ({ ports, times }: Timeline, { forecast: ahead }: Focus, scale: Scale): Html | null => {
  const [first] = ports;
  const used = first?.used.findLast((value) => value !== null) ?? null;
  const at = times.at(-1);
  const capacity = most(first?.capacity ?? []);
  if (ahead === null || used === null || at === undefined) return null;
  const begin = [at, used] as const;
  const corner = `${round(scale.x(at))},${round(scale.y(used))}`;
  return html`<polygon class="forecast" points="${`${corner} ${within(begin, ahead.earliest, capacity, scale)} ${within(begin, ahead.latest, capacity, scale)}`}"/><text class="note" x="${WIDTH - RIGHT}" y="${TOP + PLOT - 8}" text-anchor="end">full about ${about(ahead.about, at)}</text>`;
};

const markers = ({ markers: all }: Timeline, { x }: Scale): Html =>
  html`${all.map(
    ({ at, app, kind, version }) =>
      html`<line class="marker" x1="${round(x(at))}" x2="${round(x(at))}" y1="${TOP}" y2="${TOP + PLOT}"/><text class="note" x="${round(x(at) + 4)}" y="${TOP - 8}">${safe(`${kind} ${app} ${version ?? ''}`.trim())}</text>`,
  )}`;

const failureBars = ({ failures, failureMinutes }: Timeline, { failed }: Focus, scale: Scale): Html => {
  // A minute is counted as one; within it nothing failed before the first, or after the last.
  const { from: first, to: last } = failed ?? { from: 0, to: Number.POSITIVE_INFINITY };
  const bins = new Map<string, number>();
  for (const [at, count] of failures.flatMap((one) => one.bins)) bins.set(at, (bins.get(at) ?? 0) + count);
  const top = Math.max(1, ...bins.values());
  const base = TOP + PLOT + GAP + FAILURES;
  const bars = [...bins].map(([at, count]) => {
    const begins = Math.max(Date.parse(at), scale.from, first);
    const ends = Math.min(Date.parse(at) + failureMinutes * 60_000, scale.to, last);
    const left = scale.x(new Date(begins).toISOString());
    const width = Math.max(2, scale.x(new Date(Math.max(ends, begins)).toISOString()) - left - 1);
    const height = (FAILURES * count) / top;
    return html`<rect class="failures" x="${round(left)}" y="${round(base - height)}" width="${round(width)}" height="${round(height)}"><title>${number(count)} failures from ${at.slice(11, 16)} UTC</title></rect>`;
  });
  return html`<text class="note" x="${LEFT}" y="${TOP + PLOT + GAP - 6}">Failures${bins.size === 0 ? ': none in the logs that came' : ` (at most ${number(top)} in ${failureMinutes} min)`}</text><line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${base}" y2="${base}"/>${bars}`;
};

const legend = (lines: readonly Line[], withPorts: boolean): Html =>
  html`<ul class="legend">${withPorts ? html`<li class="key-used">Ephemeral ports in use</li>` : null}${lines.map(
    ({ name, isCulprit }, i) => html`<li class="${isCulprit ? 'key-culprit' : `key-${i}`}">${name}</li>`,
  )}</ul>`;

const MAX_ROWS = 40;

/** The same in figures, for who does not see the picture. */
const table = (timeline: Timeline, lines: readonly Line[]): Html => {
  const step = Math.max(1, Math.ceil(timeline.times.length / MAX_ROWS));
  const cell = (value: number | null | undefined): Html => html`<td>${value === null || value === undefined ? '–' : number(value)}</td>`;
  const rows = timeline.times.flatMap((at, i) =>
    i % step === 0 || i === timeline.times.length - 1
      ? [
          html`<tr><th scope="row">${at.slice(11, 19)}</th>${cell(timeline.ports[0]?.used[i])}${lines.map(({ series }) => cell(series[i]))}</tr>`,
        ]
      : [],
  );
  return html`<details><summary>The same in figures</summary><div class="scroll" tabindex="0" role="region" aria-label="Figures"><table><thead><tr><th scope="col">UTC</th><th scope="col">Ports in use</th>${lines.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div></details>`;
};

const portsInUse = ({ ports }: Timeline, { contestsPorts }: Focus, i: number): readonly Told[] =>
  contestsPorts ? [{ name: 'ephemeral ports in use', value: ports[0]?.used[i] ?? null }] : [];

const pictureOf = (timeline: Timeline, focus: Focus): Html | null => {
  if (timeline.times.length < 2) return null;
  const lines = linesOf(timeline, focus);
  const scale = scaleOf(timeline, focus, lines);
  const paths = lines.map(
    ({ series, isCulprit }, i) =>
      html`<path class="line ${isCulprit ? 'culprit' : `line-${i}`}" d="${pathOf(timeline.times, series, scale)}"/>`,
  );
  const told = (i: number): readonly Told[] => [
    ...portsInUse(timeline, focus, i),
    ...lines.map(({ name, series }) => ({ name, value: series[i] ?? null })),
  ];
  const title = `Sockets, ports and failures on ${timeline.host} from ${new Date(scale.from).toISOString().slice(0, 19)} to ${timeline.to.slice(0, 19)} UTC`;
  return html`<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">${grid(scale)}${focus.contestsPorts ? portsLayer(timeline, scale) : null}${limitLayer(focus, scale)}${forecast(timeline, focus, scale)}${paths}${markers(timeline, scale)}${failureBars(timeline, focus, scale)}${clockTicks(scale)}${hoverColumns(timeline.times, told, scale)}</svg><figcaption>${legend(lines, focus.contestsPorts)}</figcaption>${table(timeline, lines)}</figure>`;
};

/** The incident of an analysis; `null` where there is nothing to be seen: fewer than two snapshots. */
export const plotOf = (timeline: Timeline, analysis: Analysis): Html | null => pictureOf(timeline, focusOf(analysis));

/** Whatever happened on a host. */
export const hostPlot = (timeline: Timeline): Html | null => pictureOf(timeline, WHOLE_HOST);
