import { renderJson } from '../../lib/report/json.ts';
import { analysisQuery, filterOf } from '../../lib/use-cases/query.ts';
import { Problem } from '../problem.ts';
import { json, page, paged, type Route, readQuery } from '../requests.ts';

export const listAnalyses: Route = async (event, { records }) => {
  const query = readQuery(analysisQuery, event);
  return page('analyses', await paged(() => records.listAnalyses(filterOf(query), query.limit, query.cursor ?? null)), renderJson);
};

export const getAnalysis: Route = async (event, { records }) => {
  const id = event.pathParameters?.id ?? '';
  const analysis = /^[A-Za-z0-9][\w.-]{0,63}~[0-9a-f]{10}$/.test(id) ? await records.getAnalysis(id) : null;
  if (analysis === null) throw new Problem(404, 'Not found', 'There is no analysis with this id.', 'id');
  return json(renderJson(analysis));
};
