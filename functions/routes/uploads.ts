import type { Columns } from '../../lib/report/csv-columns.ts';
import type { Rejection } from '../../lib/use-cases/ports.ts';
import { uploadQuery } from '../../lib/use-cases/query.ts';
import { pageOf } from '../listing.ts';
import { paged } from '../paging.ts';
import { type Route, readQuery } from '../requests.ts';

const columns: Columns<Rejection> = {
  host: ({ host }) => host,
  key: ({ key }) => key,
  reason: ({ reason }) => reason,
  at: ({ at }) => at,
};

const LISTING = { name: 'uploads', render: (upload: Rejection) => JSON.stringify(upload), columns };

export const listUploads: Route = async (event, { records }) => {
  const { limit, cursor } = readQuery(uploadQuery, event);
  return pageOf(event, await paged(() => records.listRejections(limit, cursor ?? null)), LISTING);
};
