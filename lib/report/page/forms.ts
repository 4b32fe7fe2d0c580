import type { Silence, SilenceMatch } from '../../cases/silence.ts';
import type { Analysis } from '../../model/analysis.ts';
import { clock } from '../../text/words.ts';
import { safe } from '../view.ts';
import { type Html, html } from './html.ts';

/** What somebody who is logged in can do; `null` for the reader of a link. */
export interface Desk {
  /** Shows that a form came from a page of this session. */
  readonly formToken: string;
  /** The version of the analysis that is shown: what is acknowledged is what was seen. */
  readonly seen: string;
}

const hidden = (name: string, value: string): Html => html`<input type="hidden" name="${name}" value="${value}">`;

const WHY = html`<label>Why <input name="why" required maxlength="300" autocomplete="off"></label>`;

/** In hours. */
const SPANS: readonly (readonly [hours: number, text: string])[] = [
  [1, '1 hour'],
  [4, '4 hours'],
  [24, '1 day'],
  [168, '7 days'],
];

/** The hours that a silence's form offers. */
export const SILENCE_HOURS = SPANS.map(([hours]) => hours);

const span = html`<label>For <select name="hours">${SPANS.map(([hours, text]) => html`<option value="${hours}">${text}</option>`)}</select></label>`;

const matchesOf = ({ host, culprit, cause }: Analysis): readonly (readonly [value: string, text: string])[] => [
  [`host=${host}`, `host ${host}`],
  ...(culprit?.command ? [[`program=${culprit.command}`, `program ${safe(culprit.command)}`] as const] : []),
  [`cause=${cause}`, `cause ${cause}`],
];

const acknowledge = (analysis: Analysis, { formToken, seen }: Desk): Html => {
  const action = `/analyses/${encodeURIComponent(analysis.id)}/acknowledgement`;
  const common = html`${hidden('token', formToken)}${hidden('seen', seen)}`;
  return analysis.acknowledged === null
    ? html`<form method="post" action="${action}"><h2>Somebody is on it</h2><p>Reminders stop, until it gets worse or is over.</p>${common}${WHY}<button>I am on it</button></form>`
    : html`<form method="post" action="${action}"><h2>Somebody is on it</h2><p>${safe(analysis.acknowledged.by)}: ${safe(analysis.acknowledged.why)}</p>${common}${hidden('withdraw', 'yes')}<button>Nobody is on it any more</button></form>`;
};

const silence = (analysis: Analysis, { formToken }: Desk): Html =>
  html`<form method="post" action="/silences"><h2>Silence</h2><p>Nothing is announced of what matches; it is recorded all the same.</p>${hidden('token', formToken)}${hidden('back', analysis.id)}<label>What <select name="match">${matchesOf(analysis).map(([value, text]) => html`<option value="${value}">${text}</option>`)}</select></label>${span}${WHY}<button>Silence</button></form>`;

/** What can be done about an analysis that is open. */
export const attentionForms = (analysis: Analysis, desk: Desk): Html | null =>
  analysis.status === 'resolved' ? null : html`<div class="forms">${acknowledge(analysis, desk)}${silence(analysis, desk)}</div>`;

const matchText = ({ host, program, cause }: SilenceMatch): string =>
  [
    ['host', host],
    ['program', program],
    ['cause', cause],
  ]
    .flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`]))
    .join(', ');

/** Silences in force, each with a way to end it. */
export const silenceList = (silences: readonly Silence[], formToken: string): Html | null =>
  silences.length === 0
    ? null
    : html`<section><h2>Silenced</h2><ul>${silences.map(
        (one) =>
          html`<li>${safe(matchText(one.match))} until ${one.until.slice(0, 10)} ${clock(one.until)}, by ${safe(one.by)}: ${safe(one.why)}<form class="inline" method="post" action="/silences/${one.id}/end">${hidden('token', formToken)}<button>End it</button></form></li>`,
      )}</ul></section>`;
