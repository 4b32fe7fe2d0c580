import { parseArgs } from 'node:util';
import type { Api } from '../../lib/adapters/api-client.ts';
import { analysisAnswer } from '../../lib/api/analysis.ts';
import { renderTerminal } from '../../lib/report/terminal.ts';
import { API_HELP, API_OPTIONS, apiOf, ask, readAs, withApi } from '../api.ts';
import { readers } from '../tables.ts';
import { usageError, wantsColour } from '../terminal.ts';

const HELP = `closewatch query – past analyses, hosts and refused uploads

Usage: closewatch query [analyses] [FILTER…]     newest first
       closewatch query ID                       one analysis, as the email says it
       closewatch query hosts                    when each was last heard, its state
       closewatch query timeline HOST            counts over time
       closewatch query uploads                  refused ones, with the reason
       closewatch query silences                 those in force

Filters of analyses: --host --cause --severity --status --program --peer
(10.20.8.21:8080, or the address alone), and --from --to (RFC 3339), also of a
timeline. Without --from and --host the last 30 days are searched.

  --limit N         as many at most (default 50, at most 200)
  --cursor C        the next page, as the page before printed it
  --json            print the API's answer
  --csv             print it for a spreadsheet
${API_HELP}
`;

const FILTERS = ['host', 'cause', 'severity', 'status', 'program', 'peer', 'from', 'to', 'limit', 'cursor'] as const;

const readArgs = (argv: readonly string[]) =>
  parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      ...API_OPTIONS,
      json: { type: 'boolean' },
      csv: { type: 'boolean' },
      host: { type: 'string' },
      cause: { type: 'string' },
      severity: { type: 'string' },
      status: { type: 'string' },
      program: { type: 'string' },
      peer: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      limit: { type: 'string' },
      cursor: { type: 'string' },
    },
  });

type Values = ReturnType<typeof readArgs>['values'];

const LISTS = ['analyses', 'hosts', 'uploads', 'silences'] as const;
type List = (typeof LISTS)[number];

const isList = (name: string): name is List => LISTS.some((list) => list === name);

const queryOf = (values: Values): string => {
  const given = FILTERS.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [[name, value] as [string, string]];
  });
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
};

const print = (text: string): void => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);

/** What is there next is told apart from what was asked for. */
const tellMore = (cursor: string | null): void => {
  if (cursor !== null) process.stderr.write(`There may be more: --cursor ${cursor}\n`);
};

const table = (name: List, text: string): { readonly text: string; readonly cursor: string | null } => {
  const reply = { status: 200, etag: null, text };
  switch (name) {
    case 'analyses': {
      const { analyses, cursor } = readAs(readers.analyses.schema, reply);
      return { text: analyses.length === 0 ? '' : readers.analyses.items(analyses), cursor };
    }
    case 'hosts': {
      const { hosts, cursor } = readAs(readers.hosts.schema, reply);
      return { text: hosts.length === 0 ? '' : readers.hosts.items(hosts), cursor };
    }
    case 'uploads': {
      const { uploads, cursor } = readAs(readers.uploads.schema, reply);
      return { text: uploads.length === 0 ? '' : readers.uploads.items(uploads), cursor };
    }
    case 'silences': {
      const { silences, cursor } = readAs(readers.silences.schema, reply);
      return { text: silences.length === 0 ? '' : readers.silences.items(silences), cursor };
    }
  }
};

const list = async (api: Api, name: List, values: Values): Promise<number> => {
  const headers = { accept: values.csv === true ? 'text/csv' : 'application/json' };
  const { text } = await ask(api, { method: 'GET', path: `/v1/${name}${queryOf(values)}`, headers });
  if (values.json === true || values.csv === true) {
    print(text);
    return 0;
  }
  const shown = table(name, text);
  if (shown.text === '') process.stderr.write(`No ${name} found.\n`);
  else print(shown.text);
  tellMore(shown.cursor);
  return 0;
};

const one = async (api: Api, id: string, values: Values): Promise<number> => {
  const reply = await ask(api, { method: 'GET', path: `/v1/analyses/${encodeURIComponent(id)}` });
  if (values.json === true) print(reply.text);
  else {
    const analysis = readAs(analysisAnswer, reply);
    const victims = analysis.victims.map((victim) => ({ ...victim, minutes: [] }));
    print(renderTerminal({ ...analysis, victims }, { colour: wantsColour() }));
  }
  return 0;
};

const timeline = async (api: Api, host: string, values: Values): Promise<number> => {
  const reply = await ask(api, { method: 'GET', path: `/v1/hosts/${encodeURIComponent(host)}/timeline${queryOf(values)}` });
  print(values.json === true ? reply.text : readers.timeline.items(readAs(readers.timeline.schema, reply)));
  return 0;
};

const run = async (what: readonly string[], values: Values): Promise<number> => {
  const [name = 'analyses', host, ...more] = what;
  if (more.length > 0 || (host !== undefined && name !== 'timeline'))
    return usageError('query', `"${host === undefined ? '' : (more[0] ?? host)}" is one word too many.`);
  if (values.json === true && values.csv === true) return usageError('query', 'choose --json or --csv.');
  if (values.csv === true && !isList(name)) return usageError('query', '--csv prints lists only.');
  if (name === 'timeline' && host === undefined) return usageError('query', 'timeline wants a HOST.');
  const api = apiOf(values);
  if (isList(name)) return list(api, name, values);
  if (name === 'timeline') return timeline(api, host ?? '', values);
  if (name.includes('~')) return one(api, name, values);
  return usageError('query', `"${name}" is neither a list (analyses, hosts, timeline HOST, uploads, silences) nor an id (host~…).`);
};

export const query = async (argv: readonly string[]): Promise<number> => {
  let args: ReturnType<typeof readArgs>;
  try {
    args = readArgs(argv);
  } catch (error) {
    return usageError('query', error instanceof Error ? error.message : String(error));
  }
  if (args.values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  return withApi('query', () => run(args.positionals, args.values));
};
