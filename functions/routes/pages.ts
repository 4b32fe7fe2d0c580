import { renderJson } from '../../lib/report/json.ts';
import { servedAnalysis } from '../../lib/report/page/analysis-page.ts';
import { hostPage, hostsPage } from '../../lib/report/page/host-pages.ts';
import { listPage } from '../../lib/report/page/list-page.ts';
import { listSilences } from '../../lib/use-cases/attention.ts';
import { analysisQuery, filterOf, pageQuery, timelineQuery } from '../../lib/use-cases/query.ts';
import { analysisPageOf } from '../../lib/use-cases/show.ts';
import { readTimeline } from '../../lib/use-cases/timeline.ts';
import { etagOf } from '../etag.ts';
import { pageAnswer, refusal, seeOther } from '../html.ts';
import { paged } from '../paging.ts';
import { Problem } from '../problem.ts';
import { type Answer, type Event, readQuery, type Showing } from '../requests.ts';
import { formTokenFor, type Visitor, visitorOf } from '../visitor.ts';
import { analysisAt } from './analysis-at.ts';

/** What people look at. None of it changes anything: scanners of mail follow every link. */
export type PageRoute = (event: Event, showing: Showing) => Promise<Answer>;

type Session = Extract<Visitor, { kind: 'session' }>;

const forSession =
  (route: (event: Event, showing: Showing, session: Session) => Promise<Answer>): PageRoute =>
  async (event, showing) => {
    const visitor = await visitorOf(event, null, showing);
    if (visitor.kind === 'session') return route(event, showing, visitor);
    return refusal(visitor.kind === 'nobody' ? visitor : { kind: 'nobody', hadLink: 'none' });
  };

/** A field that was left empty is no filter: that is how a browser sends a form. */
const filled = (event: Event): Event => ({
  ...event,
  queryStringParameters: Object.fromEntries(Object.entries(event.queryStringParameters ?? {}).filter(([, value]) => value !== '')),
});

const addressOf = (path: string, query: Readonly<Record<string, string | undefined>>): string => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, value);
  return `${path}?${parameters}`;
};

export const showAnalysis: PageRoute = async (event, showing) => {
  const visitor = await visitorOf(event, event.pathParameters?.id ?? '', showing);
  if (visitor.kind === 'nobody') return refusal(visitor);
  const analysis = await analysisAt(event, showing);
  const shown = await analysisPageOf(analysis, showing);
  const desk =
    visitor.kind === 'link' ? null : { formToken: await formTokenFor(visitor.badge, showing), seen: etagOf(renderJson(analysis)) };
  return pageAnswer(servedAnalysis(shown, desk));
};

export const showList = forSession(async (raw, showing, { badge }) => {
  const event = filled(raw);
  const query = readQuery(analysisQuery, event);
  const filters = filterOf(query);
  const [page, silences, formToken] = await Promise.all([
    paged(() => showing.records.listAnalyses(filters, query.limit, query.cursor ?? null)),
    listSilences(false, showing),
    formTokenFor(badge, showing),
  ]);
  const older = page.cursor === null ? null : addressOf('/analyses', { ...event.queryStringParameters, cursor: page.cursor });
  return pageAnswer(listPage({ analyses: page.items, filters, older, silences, formToken }));
});

export const showHosts = forSession(async (event, { records }) => {
  const { limit, cursor } = readQuery(pageQuery, event);
  const page = await paged(() => records.listHosts(limit, cursor ?? null));
  const more = page.cursor === null ? null : addressOf('/hosts', { limit: String(limit), cursor: page.cursor });
  return pageAnswer(hostsPage(page.items, more));
});

const HOST_ANALYSES = 50;

export const showHost = forSession(async (event, { records, clock }) => {
  const host = event.pathParameters?.host ?? '';
  const query = readQuery(timelineQuery, filled(event));
  const timeline = /^[A-Za-z0-9][\w.-]{0,63}$/.test(host) ? await readTimeline(host, query, records, clock.now()) : null;
  if (timeline === null) throw new Problem(404, 'Not found', 'Nothing was ever uploaded from a host of this name.', 'host');
  const [lastHeardAt, page] = await Promise.all([records.lastHeard(host), records.listAnalyses({ host }, HOST_ANALYSES, null)]);
  return pageAnswer(hostPage({ timeline, lastHeardAt, analyses: page.items }));
});

const BUCKET_KEY = /^s3:\/\/([^/]+)\/(.+)$/s;

/** The upload that a piece of evidence comes from, and no other: the address names its place in the analysis, not a key. */
export const showEvidence = forSession(async (event, showing) => {
  const { evidence } = await analysisAt(event, showing);
  const piece = evidence[Number(event.pathParameters?.n)];
  const [, bucket, key] = BUCKET_KEY.exec(piece?.source ?? '') ?? [];
  if (bucket === undefined || key === undefined) throw new Problem(404, 'Not found', 'The analysis has no such evidence.');
  return seeOther(await showing.downloads.address({ bucket, key }));
});
