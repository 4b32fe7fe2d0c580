import type { Columns } from '../../lib/report/csv-columns.ts';
import type { HostSummary } from '../../lib/use-cases/ports.ts';
import { pageQuery, timelineQuery } from '../../lib/use-cases/query.ts';
import { readTimeline } from '../../lib/use-cases/timeline.ts';
import { pageOf } from '../listing.ts';
import { paged } from '../paging.ts';
import { Problem } from '../problem.ts';
import { json, type Route, readQuery } from '../requests.ts';

const columns: Columns<HostSummary> = {
  host: ({ host }) => host,
  state: ({ state }) => state,
  lastHeardAt: ({ lastHeardAt }) => lastHeardAt,
  open: ({ open }) => open,
  causes: ({ causes }) => causes.join(' '),
};

const LISTING = { name: 'hosts', render: (host: HostSummary) => JSON.stringify(host), columns };

export const listHosts: Route = async (event, { records }) => {
  const { limit, cursor } = readQuery(pageQuery, event);
  return pageOf(event, await paged(() => records.listHosts(limit, cursor ?? null)), LISTING);
};

export const getTimeline: Route = async (event, { records, clock }) => {
  const query = readQuery(timelineQuery, event);
  const host = event.pathParameters?.host ?? '';
  const timeline = /^[A-Za-z0-9][\w.-]{0,63}$/.test(host) ? await readTimeline(host, query, records, clock.now()) : null;
  if (timeline === null) throw new Problem(404, 'Not found', 'Nothing was ever uploaded from a host of this name.', 'host');
  return json(JSON.stringify(timeline));
};
