import Negotiator from 'negotiator';
import type { Columns } from '../lib/report/csv-columns.ts';
import type { Page } from '../lib/use-cases/ports.ts';
import { type Answer, answerOf, type Event } from './requests.ts';

/** Lists, a page at a time: as JSON or for a spreadsheet. */

const CSV = 'text/csv';
const JSON_TYPE = 'application/json';

/** Who names no type, or any, gets JSON; a type that nobody serves here gets it too, rather than nothing. */
const wantsCsv = ({ headers }: Event): boolean => new Negotiator({ headers }).mediaType([JSON_TYPE, CSV]) === CSV;

/** RFC 8288: where the next page is, for CSV too, which has no other place for it. */
const nextLink = ({ rawPath, queryStringParameters }: Event, cursor: string | null): Readonly<Record<string, string>> => {
  if (cursor === null) return {};
  const query = new URLSearchParams({ ...definedOf(queryStringParameters), cursor });
  return { link: `<${rawPath}?${query}>; rel="next"` };
};

const definedOf = (parameters: Event['queryStringParameters']): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(parameters ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

/** Lambda answers with at most 6 MB, in which the body stands quoted. */
const ANSWER_BYTES = 5.5 * 1024 * 1024;

export interface Listing<T> {
  readonly name: string;
  /** @param bytes quoted: its share of the answer */
  readonly render: (item: T, bytes: number) => string;
  readonly columns: Columns<T>;
}

/** A page of a list, as JSON or for a spreadsheet. */
export const pageOf = async <T>(event: Event, { items, cursor }: Page<T>, { name, render, columns }: Listing<T>): Promise<Answer> => {
  const link = nextLink(event, cursor);
  if (wantsCsv(event)) {
    const { renderCsv } = await import('../lib/report/csv.ts');
    return answerOf('text/csv; charset=utf-8; header=present', renderCsv(items, columns), link);
  }
  const share = Math.floor(ANSWER_BYTES / items.length);
  const rendered = items.map((item) => render(item, share));
  return answerOf(JSON_TYPE, `{"${name}":[${rendered.join(',')}],"cursor":${JSON.stringify(cursor)}}`, link);
};
