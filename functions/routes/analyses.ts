import type { Analysis } from '../../lib/model/analysis.ts';
import { analysisColumns } from '../../lib/report/csv.ts';
import { renderJson } from '../../lib/report/json.ts';
import { analysisQuery, filterOf } from '../../lib/use-cases/query.ts';
import { Problem } from '../problem.ts';
import { type Event, json, paged, pageOf, type Querying, type Route, readQuery } from '../requests.ts';

const LISTING = { name: 'analyses', render: renderJson, columns: analysisColumns };

export const listAnalyses: Route = async (event, { records }) => {
  const query = readQuery(analysisQuery, event);
  return pageOf(event, await paged(() => records.listAnalyses(filterOf(query), query.limit, query.cursor ?? null)), LISTING);
};

/** @throws Problem where there is none */
export const analysisAt = async (event: Event, { records }: Pick<Querying, 'records'>): Promise<Analysis> => {
  const id = event.pathParameters?.id ?? '';
  const analysis = /^[A-Za-z0-9][\w.-]{0,63}~[0-9a-f]{10}$/.test(id) ? await records.getAnalysis(id) : null;
  if (analysis === null) throw new Problem(404, 'Not found', 'There is no analysis with this id.', 'id');
  return analysis;
};

export const getAnalysis: Route = async (event, querying) => json(renderJson(await analysisAt(event, querying)));
