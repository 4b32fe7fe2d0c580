import type { Analysis } from '../../lib/model/analysis.ts';
import { Problem } from '../problem.ts';
import type { Event, Querying } from '../requests.ts';

/** @throws Problem where there is none */
export const analysisAt = async (event: Event, { records }: Pick<Querying, 'records'>): Promise<Analysis> => {
  const id = event.pathParameters?.id ?? '';
  const analysis = /^[A-Za-z0-9][\w.-]{0,63}~[0-9a-f]{10}$/.test(id) ? await records.getAnalysis(id) : null;
  if (analysis === null) throw new Problem(404, 'Not found', 'There is no analysis with this id.', 'id');
  return analysis;
};
