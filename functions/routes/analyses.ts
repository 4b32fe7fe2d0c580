import { analysisColumns } from '../../lib/report/csv-columns.ts';
import { renderJson, renderJsonToFit } from '../../lib/report/json.ts';
import { analysisQuery, filterOf } from '../../lib/use-cases/query.ts';
import { pageOf } from '../listing.ts';
import { paged } from '../paging.ts';
import { json, type Route, readQuery } from '../requests.ts';
import { analysisAt } from './analysis-at.ts';

const LISTING = { name: 'analyses', render: renderJsonToFit, columns: analysisColumns };

export const listAnalyses: Route = async (event, { records }) => {
  const query = readQuery(analysisQuery, event);
  return pageOf(event, await paged(() => records.listAnalyses(filterOf(query), query.limit, query.cursor ?? null)), LISTING);
};

export const getAnalysis: Route = async (event, querying) => json(renderJson(await analysisAt(event, querying)));
