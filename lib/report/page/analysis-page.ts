import type { Analysis } from '../../model/analysis.ts';
import type { Timeline } from '../../model/timeline.ts';
import { type View, viewOf } from '../view.ts';
import { documentOf, PAGE_POLICY } from './document.ts';
import { attentionForms, type Desk } from './forms.ts';
import { type Html, html } from './html.ts';
import { plotOf } from './plot.ts';

/** An analysis, with what happened on its host; `null` where no snapshots are at hand any more. */
export interface Shown {
  readonly analysis: Analysis;
  readonly timeline: Timeline | null;
}

/** Commands stand between backticks, in the remedies as in the email. */
const withCommands = (text: string): Html => {
  const parts = text.split('`');
  // An odd backtick is the text's own.
  if (parts.length % 2 === 0) return html`${text}`;
  return html`${parts.map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part))}`;
};

const lead = (title: string, text: string): Html => html`<p><strong>${title}</strong>${withCommands(text)}</p>`;

const pairs = (rows: readonly (readonly [name: string, value: string])[]): Html =>
  html`<dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${withCommands(value)}</dd>`)}</dl>`;

const section = (title: string, content: Html | null): Html =>
  content === null ? html`` : html`<section><h2>${title}</h2>${content}</section>`;

const list = (items: readonly Html[]): Html | null =>
  items.length === 0 ? null : html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;

const tone = ({ analysis }: View): string => (analysis.status === 'resolved' ? 'resolved' : analysis.severity);

/** Where it was read; for whoever is logged in the upload itself is one click away. */
const whereOf = (where: string, i: number, { id }: Analysis, desk: Desk | null): Html =>
  desk === null ? html`${where}` : html`<a href="/analyses/${encodeURIComponent(id)}/evidence/${i}">${where}</a>`;

const NO_PLOT = html`<p class="aside">There is no picture: the snapshots of that time are not kept any more, or there was only one.</p>`;

const articleOf = ({ analysis, timeline }: Shown, desk: Desk | null): Html => {
  const view = viewOf(analysis, null);
  return html`<article><header><span class="label ${tone(view)}">${view.label}</span><h1>${view.title.slice(view.label.length + 1)}</h1></header>
<div class="lead ${tone(view)}">${lead('What fails', view.what)}${lead('Who causes it', view.who)}${lead('Do now', view.now)}${view.before.map((text) => lead('Before', text))}</div>
${(timeline === null ? null : plotOf(timeline, analysis)) ?? NO_PLOT}
${desk === null ? null : attentionForms(analysis, desk)}
${section('At a glance', pairs(view.facts))}
${section('Hosts', list(view.hosts.map((text) => html`${text}`)))}
${section('Why', html`<p>${view.why}</p>`)}
${section('Evidence', list(view.evidence.map(({ text, where }, i) => html`${text}<span class="where">${whereOf(where, i, analysis, desk)}</span>`)))}
${section('What to do', pairs(view.remedy))}
${section('Why not another cause', list(view.setAside.map(([cause, because]) => html`<code>${cause}</code> ${because}`)))}
${section('To be kept in mind', list(view.caveats.map((text) => html`${text}`)))}</article>`;
};

/** One self-contained page, for a ticket. */
export const analysisPage = (shown: readonly Shown[]): string => {
  const [first] = shown;
  const title = first === undefined ? 'No finding' : viewOf(first.analysis, null).title;
  const body = shown.length === 0 ? html`<h1>No finding</h1>` : html`${shown.map((one) => articleOf(one, null))}`;
  return documentOf({ title, body, nav: false });
};

/** The same, served: with what a session may do. */
export const servedAnalysis = (shown: Shown, desk: Desk | null): string =>
  documentOf({ title: viewOf(shown.analysis, null).title, body: articleOf(shown, desk), nav: desk !== null, policy: PAGE_POLICY });
