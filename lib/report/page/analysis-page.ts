import { createHash } from 'node:crypto';
import type { Analysis } from '../../model/analysis.ts';
import type { Timeline } from '../../model/timeline.ts';
import { type View, viewOf } from '../view.ts';
import { type Html, html, trusted } from './html.ts';
import { plotOf } from './plot.ts';
import { STYLE } from './style.ts';

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

const articleOf = ({ analysis, timeline }: Shown): Html => {
  const view = viewOf(analysis, null);
  return html`<article><header><span class="label ${tone(view)}">${view.label}</span><h1>${view.title.slice(view.label.length + 1)}</h1></header>
<div class="lead ${tone(view)}">${lead('What fails', view.what)}${lead('Who causes it', view.who)}${lead('Do now', view.now)}${view.before.map((text) => lead('Before', text))}</div>
${timeline === null ? null : plotOf(timeline, analysis)}
${section('At a glance', pairs(view.facts))}
${section('Hosts', list(view.hosts.map((text) => html`${text}`)))}
${section('Why', html`<p>${view.why}</p>`)}
${section('Evidence', list(view.evidence.map(({ text, where }) => html`${text}<span class="where">${where}</span>`)))}
${section('What to do', pairs(view.remedy))}
${section('Why not another cause', list(view.setAside.map(([cause, because]) => html`<code>${cause}</code> ${because}`)))}
${section('To be kept in mind', list(view.caveats.map((text) => html`${text}`)))}</article>`;
};

/** Nothing but the page's own style may be used: no script, no request, no frame, no form (CSP Level 3). */
export const CONTENT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/** One self-contained page: for a ticket, or to be served. */
export const analysisPage = (shown: readonly Shown[]): string => {
  const [first] = shown;
  const title = first === undefined ? 'No finding' : viewOf(first.analysis, null).title;
  const body = shown.length === 0 ? html`<h1>No finding</h1>` : html`${shown.map(articleOf)}`;
  return `<!doctype html>\n${
    html`<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${CONTENT_SECURITY_POLICY}"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title><style>${trusted(STYLE)}</style></head><body><main>${body}</main><footer>Closewatch. Every figure comes from the uploads that are named beside it.</footer></body></html>`
      .markup
  }\n`;
};
