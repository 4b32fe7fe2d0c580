import type { Silence } from '../../cases/silence.ts';
import { ALL_CAUSES, type Analysis, SEVERITIES, STATUSES } from '../../model/analysis.ts';
import { clock } from '../../text/words.ts';
import { safe, viewOf } from '../view.ts';
import { documentOf, PAGE_POLICY } from './document.ts';
import { silenceList } from './forms.ts';
import { type Html, html } from './html.ts';

/** Filters as they stand in the address: what is shared is what is seen. */
type Filters = Readonly<Partial<Record<'host' | 'cause' | 'severity' | 'status' | 'program' | 'peer' | 'from' | 'to', string>>>;

export interface Listed {
  readonly analyses: readonly Analysis[];
  readonly filters: Filters;
  /** The address of older ones; `null` on the last page. */
  readonly older: string | null;
  readonly silences: readonly Silence[];
  readonly formToken: string;
}

const select = (name: string, label: string, values: readonly string[], chosen: string | undefined): Html =>
  html`<label>${label} <select name="${name}"><option value="">any</option>${values.map((value) =>
    value === chosen ? html`<option value="${value}" selected>${value}</option>` : html`<option value="${value}">${value}</option>`,
  )}</select></label>`;

const input = (name: string, label: string, value = '', placeholder = ''): Html =>
  html`<label>${label} <input name="${name}" value="${value}" placeholder="${placeholder}" autocomplete="off"></label>`;

const filterForm = (filters: Filters): Html =>
  html`<form method="get" action="/analyses" class="filters">${input('host', 'Host', filters.host)}${select('status', 'Status', STATUSES, filters.status)}${select('severity', 'Severity', SEVERITIES, filters.severity)}${select('cause', 'Cause', ALL_CAUSES, filters.cause)}${input('program', 'Program', filters.program)}${input('peer', 'Peer', filters.peer, '10.20.8.21:8080')}${input('from', 'From', filters.from, '2026-11-23T09:00:00Z')}${input('to', 'To', filters.to)}<button>Filter</button> <a href="/analyses">All</a></form>`;

const tone = ({ status, severity }: Analysis): string => (status === 'resolved' ? 'resolved' : severity);

const row = (analysis: Analysis): Html => {
  const { id, host, hostCount, openedAt, acknowledged, silenced } = analysis;
  const view = viewOf(analysis, null);
  const notes = [...(acknowledged === null ? [] : [`${safe(acknowledged.by)} is on it`]), ...(silenced === null ? [] : ['silenced'])];
  return html`<tr><td><span class="label ${tone(analysis)}">${view.label}</span></td><td>${openedAt.slice(0, 10)} ${clock(openedAt)}</td><td><a href="/hosts/${encodeURIComponent(host)}">${host}</a>${hostCount > 1 ? ` and ${hostCount - 1} more` : null}</td><td><a href="/analyses/${encodeURIComponent(id)}">${view.shortWhat}, ${view.shortWho}</a>${notes.length === 0 ? null : html`<span class="where">${notes.join(', ')}</span>`}</td></tr>`;
};

/** Analyses as a table; `null` where there are none. */
export const analysisTable = (analyses: readonly Analysis[]): Html | null =>
  analyses.length === 0
    ? null
    : html`<div class="scroll" tabindex="0" role="region" aria-label="Analyses"><table class="list"><thead><tr><th scope="col">State</th><th scope="col">Since</th><th scope="col">Host</th><th scope="col">What, and who</th></tr></thead><tbody>${analyses.map(row)}</tbody></table></div>`;

const NOTHING = html`<p>Nothing matches. Without “From”, the last 30 days are looked through.</p>`;

/** Analyses, newest first, with filters in the address. */
export const listPage = ({ analyses, filters, older, silences, formToken }: Listed): string =>
  documentOf({
    title: 'Analyses',
    nav: true,
    policy: PAGE_POLICY,
    body: html`<h1>Analyses</h1>${filterForm(filters)}${analysisTable(analyses) ?? NOTHING}${older === null ? null : html`<p><a href="${older}" rel="next">Older</a></p>`}${silenceList(silences, formToken)}`,
  });
