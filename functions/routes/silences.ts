import { silenceColumns } from '../../lib/report/csv-columns.ts';
import { listSilences } from '../../lib/use-cases/attention.ts';
import { silenceQuery } from '../../lib/use-cases/query.ts';
import { pageOf } from '../listing.ts';
import { type Route, readQuery } from '../requests.ts';

const LISTING = { name: 'silences', render: (silence: object) => JSON.stringify(silence), columns: silenceColumns };

export const getSilences: Route = async (event, querying) => {
  const { ended } = readQuery(silenceQuery, event);
  return pageOf(event, { items: await listSilences(ended === 'included', querying), cursor: null }, LISTING);
};
