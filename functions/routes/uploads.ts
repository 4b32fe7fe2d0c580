import { uploadQuery } from '../../lib/use-cases/query.ts';
import { page, paged, type Route, readQuery } from '../requests.ts';

export const listUploads: Route = async (event, { records }) => {
  const { limit, cursor } = readQuery(uploadQuery, event);
  return page('uploads', await paged(() => records.listRejections(limit, cursor ?? null)));
};
