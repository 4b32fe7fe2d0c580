import { createHash } from 'node:crypto';
import { type Html, html, trusted } from './html.ts';
import { STYLE } from './style.ts';

/** Nothing but the page's own style may be used: no script, no request, no frame (CSP Level 3); a form only where the page has some. */
const policyOf = (formAction: "'none'" | "'self'"): string =>
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action ${formAction}`;

const CONTENT_SECURITY_POLICY = policyOf("'none'");
/** Of pages with forms. */
export const PAGE_POLICY = policyOf("'self'");
/** As a header it can forbid frames, too. */
export const SERVED_POLICY = `${PAGE_POLICY}; frame-ancestors 'none'`;

export interface Document {
  readonly title: string;
  readonly body: Html;
  /** Whoever is logged in finds the lists above. */
  readonly nav: boolean;
  readonly policy?: string;
  /** Where the browser goes on by itself: an address of ours. */
  readonly next?: string;
}

const NAV = html`<nav aria-label="Pages"><a href="/analyses">Analyses</a><a href="/hosts">Hosts</a></nav>`;

/** One whole page, which asks for nothing else. */
export const documentOf = ({ title, body, nav, policy = CONTENT_SECURITY_POLICY, next }: Document): string => {
  const onward = next === undefined ? null : html`<meta http-equiv="refresh" content="0; url=${next}">`;
  return `<!doctype html>\n${
    html`<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">${onward}<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><meta name="referrer" content="no-referrer"><title>${title}</title><style>${trusted(STYLE)}</style></head><body>${nav ? NAV : null}<main>${body}</main><footer>Closewatch. Every figure comes from the uploads that are named beside it.</footer></body></html>`
      .markup
  }\n`;
};

/** A page that says one thing, and what to do. */
export const noticePage = (title: string, text: string, next?: string): string =>
  documentOf({
    title,
    body: html`<h1>${title}</h1><p>${text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part))}</p>`,
    nav: false,
    policy: CONTENT_SECURITY_POLICY,
    ...(next === undefined ? {} : { next }),
  });
