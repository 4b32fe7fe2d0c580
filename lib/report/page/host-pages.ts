import type { Analysis, HostState } from '../../model/analysis.ts';
import type { Timeline } from '../../model/timeline.ts';
import { clock } from '../../text/words.ts';
import { documentOf, PAGE_POLICY } from './document.ts';
import { type Html, html } from './html.ts';
import { analysisTable } from './list-page.ts';
import { hostPlot } from './plot.ts';

/** When it was last heard, and in what state. */
export interface HostRow {
  readonly host: string;
  readonly state: HostState;
  readonly lastHeardAt: string;
  readonly open: number;
  readonly causes: readonly string[];
}

const TONES: Readonly<Record<HostState, string>> = {
  silent: 'warning',
  critical: 'critical',
  warning: 'warning',
  info: 'info',
  quiet: 'resolved',
};

const row = ({ host, state, lastHeardAt, causes }: HostRow): Html =>
  html`<tr><td><span class="label ${TONES[state]}">${state}</span></td><td><a href="/hosts/${encodeURIComponent(host)}">${host}</a></td><td>${lastHeardAt.slice(0, 10)} ${clock(lastHeardAt)}</td><td>${causes.join(', ')}</td></tr>`;

export const hostsPage = (hosts: readonly HostRow[], more: string | null): string =>
  documentOf({
    title: 'Hosts',
    nav: true,
    policy: PAGE_POLICY,
    body: html`<h1>Hosts</h1>${
      hosts.length === 0
        ? html`<p>No host has uploaded anything yet.</p>`
        : html`<div class="scroll" tabindex="0" role="region" aria-label="Hosts"><table class="list"><thead><tr><th scope="col">State</th><th scope="col">Host</th><th scope="col">Last heard</th><th scope="col">Open</th></tr></thead><tbody>${hosts.map(row)}</tbody></table></div>`
    }${more === null ? null : html`<p><a href="${more}" rel="next">More</a></p>`}`,
  });

export interface HostShown {
  readonly timeline: Timeline;
  readonly lastHeardAt: string | null;
  readonly analyses: readonly Analysis[];
}

/** From two hours to three days, to the newest upload. */
const SPANS = [2, 6, 24, 72];

const spans = ({ host, to }: Timeline): Html =>
  html`<p>The last ${SPANS.map((hours, i) => {
    const from = new Date(Date.parse(to) - hours * 3_600_000).toISOString();
    return html`${i === 0 ? '' : ' · '}<a href="/hosts/${encodeURIComponent(host)}?from=${encodeURIComponent(from)}">${hours} hours</a>`;
  })}</p>`;

const NO_PLOT = html`<p class="aside">There is no picture: fewer than two snapshots are kept of this time.</p>`;

/** What happened on one host, and what was found. */
export const hostPage = ({ timeline, lastHeardAt, analyses }: HostShown): string =>
  documentOf({
    title: timeline.host,
    nav: true,
    policy: PAGE_POLICY,
    body: html`<h1>${timeline.host}</h1><p>${lastHeardAt === null ? 'Not heard of late.' : `Last heard ${lastHeardAt.slice(0, 10)} ${clock(lastHeardAt)}.`}</p>${spans(timeline)}${hostPlot(timeline) ?? NO_PLOT}<section><h2>Analyses</h2>${analysisTable(analyses) ?? html`<p>Nothing was found in the last 30 days.</p>`}</section>`,
  });
