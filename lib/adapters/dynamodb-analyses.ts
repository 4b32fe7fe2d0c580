import type { Analysis } from '../model/analysis.ts';
import type { AnalysisFilter, Clock, Page, Records } from '../use-cases/ports.ts';
import { matchesFilter } from '../use-cases/query.ts';
import type { FleetTable } from './dynamodb-fleets.ts';
import { decode, decodeCursor, encodeCursor, hostKey, LAST, s } from './dynamodb-items.ts';
import { listByDay, rangeOf, type Walk } from './dynamodb-lists.ts';
import { queryAll } from './dynamodb-query.ts';

/** A host has some cases a month; of one that has more in all its history the rest is found with `from` and `to`. */
const MAX_OF_HOST = 2000;

const keyOf = ({ openedAt, id }: Analysis): string => `${openedAt}#${id}`;

const casesOf = async ({ client, table }: Walk, host: string): Promise<readonly Analysis[]> => {
  const cases = {
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :case)',
    ExpressionAttributeValues: { ':pk': s(hostKey(host)), ':case': s('CASE#') },
  };
  return (await queryAll(client, cases, MAX_OF_HOST)).flatMap((item) => decode<Analysis>(item) ?? []);
};

/** Analyses as people query them: of one host from its own partition, of all from the index by day. */
export const dynamoAnalyses = (walk: Walk, clock: Clock, fleets: FleetTable, keepDays: number): Pick<Records, 'listAnalyses'> => {
  /** A host's own, and those of the fleets that it was part of. */
  const ofHost = async (host: string): Promise<readonly Analysis[]> => {
    const own = await fleets.linked(await casesOf(walk, host));
    const shared = [...new Set(own.flatMap(({ fleet }) => fleet ?? []))];
    return [...own, ...(await fleets.analysesOf(shared))];
  };

  const listOfHost = async (filter: AnalysisFilter, host: string, limit: number, cursor: string | null): Promise<Page<Analysis>> => {
    const [, before = LAST] = cursor === null ? [] : decodeCursor(cursor, 2);
    const rest = (await ofHost(host))
      .filter((analysis) => keyOf(analysis) < before && matchesFilter(analysis, filter))
      .toSorted((a, b) => (keyOf(a) > keyOf(b) ? -1 : 1));
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    return { items, cursor: last === undefined || rest.length <= limit ? null : encodeCursor(['host', keyOf(last)]) };
  };

  return {
    async listAnalyses(filter, limit, cursor) {
      if (filter.host !== undefined) return listOfHost(filter, filter.host, limit, cursor);
      const range = rangeOf(filter, clock.now(), keepDays);
      const keep = (analysis: Analysis): boolean => matchesFilter(analysis, { ...filter, ...range });
      const page = await listByDay<Analysis>(walk, 'A', range, limit, cursor, keep);
      return { ...page, items: await fleets.linked(page.items) };
    },
  };
};
