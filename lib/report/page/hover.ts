import { number } from '../../text/words.ts';
import { type Html, html } from './html.ts';
import { LEFT, PLOT, RIGHT, round, type Scale, TOP, WIDTH } from './scale.ts';

/** One row of what is told of a moment. */
export interface Told {
  readonly name: string;
  readonly value: number | null;
}

/** More columns than this are thinner than a pointer. */
const MAX_COLUMNS = 120;
const LINE = 18;
const PAD = 8;
/** Of 13 pixels, on average; the box is wide enough for most fonts. */
const CHARACTER = 7.2;
const MAX_NAME = 44;

const cut = (text: string): string => (text.length <= MAX_NAME ? text : `${text.slice(0, MAX_NAME - 1)}…`);

const tip = (x: number, lines: readonly string[]): Html => {
  const width = Math.max(...lines.map(({ length }) => length)) * CHARACTER + 2 * PAD;
  const left = x + 10 + width > WIDTH - RIGHT ? Math.max(LEFT, x - 10 - width) : x + 10;
  return html`<g class="tip"><line x1="${round(x)}" x2="${round(x)}" y1="${TOP}" y2="${TOP + PLOT}"/><rect x="${round(left)}" y="${TOP + 6}" width="${round(width)}" height="${lines.length * LINE + PAD}" rx="4"/>${lines.map(
    (text, i) => html`<text x="${round(left + PAD)}" y="${TOP + 6 + LINE * (i + 1) - 3}">${text}</text>`,
  )}</g>`;
};

/** The figures of a moment, where the pointer is: by the style sheet alone, without a script. */
export const hoverColumns = (times: readonly string[], told: (i: number) => readonly Told[], { x }: Scale): Html => {
  const step = Math.max(1, Math.ceil(times.length / MAX_COLUMNS));
  const shown = times.map((at, i) => ({ at, i })).filter(({ i }) => i % step === 0 || i === times.length - 1);
  return html`${shown.map(({ at, i }, column) => {
    const here = x(at);
    const before = shown[column - 1];
    const after = shown[column + 1];
    const from = before === undefined ? here - 4 : (x(before.at) + here) / 2;
    const to = after === undefined ? here + 4 : (x(after.at) + here) / 2;
    const rows = told(i).flatMap(({ name, value }) => (value === null ? [] : [`${number(value)} ${cut(name)}`]));
    return html`<g class="at"><rect class="column" x="${round(from)}" y="${TOP}" width="${round(Math.max(1, to - from))}" height="${PLOT}"/>${tip(here, [`${at.slice(11, 19)} UTC`, ...rows])}</g>`;
  })}`;
};
