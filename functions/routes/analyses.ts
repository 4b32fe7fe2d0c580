import type { Analysis } from '../../lib/model/analysis.ts';
import { analysisColumns } from '../../lib/report/csv-columns.ts';
import { renderJson, renderJsonToFit } from '../../lib/report/json.ts';
import { analysisQuery, filterOf } from '../../lib/use-cases/query.ts';
import { pageOf } from '../listing.ts';
import { paged } from '../paging.ts';
import { json, type Route, readQuery } from '../requests.ts';
import { analysisAt } from './analysis-at.ts';

/** Of one of a hundred in a list, which an answer of Lambda's has 6 MB for; one by its id is told whole. */
const LISTED_BYTES = 220 * 1024;
const LISTING = {
  name: 'analyses',
  render: (analysis: Analysis): string => renderJsonToFit(analysis, LISTED_BYTES),
  columns: analysisColumns,
};

export const listAnalyses: Route = async (event, { records }) => {
  const query = readQuery(analysisQuery, event);
  return pageOf(event, await paged(() => records.listAnalyses(filterOf(query), query.limit, query.cursor ?? null)), LISTING);
};

export const getAnalysis: Route = async (event, querying) => json(renderJson(await analysisAt(event, querying)));
