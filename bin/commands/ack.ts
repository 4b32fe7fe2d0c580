import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { ApiError } from '../../lib/adapters/api-client.ts';
import { analysisAnswer } from '../../lib/api/analysis.ts';
import { safe } from '../../lib/report/view.ts';
import { API_HELP, API_OPTIONS, apiOf, ask, readAs, withApi } from '../api.ts';
import { usageError } from '../terminal.ts';

const HELP = `closewatch ack – say that somebody is on it

Usage: closewatch ack ID --why TEXT [--by NAME]
       closewatch ack ID --withdraw

Reminders stop, and word of its spreading, until it becomes critical, is over, or
a week has passed. Who and why are kept with the analysis.

  --why TEXT        for the others
  --by NAME         who (else the name of this user)
  --withdraw        nobody is on it any more: reminders go on
${API_HELP}
`;

const readArgs = (argv: readonly string[]) =>
  parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { ...API_OPTIONS, why: { type: 'string' }, by: { type: 'string' }, withdraw: { type: 'boolean' } },
  });

const run = async (id: string, values: ReturnType<typeof readArgs>['values']): Promise<number> => {
  const api = apiOf(values);
  const path = `/v1/analyses/${encodeURIComponent(id)}`;
  const seen = await ask(api, { method: 'GET', path });
  if (seen.etag === null) throw new ApiError('The API names no version of the analysis: something between here and it drops the ETag.');
  const headers = { 'if-match': seen.etag };
  const reply =
    values.withdraw === true
      ? await ask(api, { method: 'DELETE', path: `${path}/acknowledgement`, headers })
      : await ask(api, {
          method: 'PUT',
          path: `${path}/acknowledgement`,
          headers,
          body: JSON.stringify({ why: values.why, by: values.by ?? userInfo().username }),
        });
  const { host, cause, acknowledged } = readAs(analysisAnswer, reply);
  const state = acknowledged === null ? 'nobody is on it' : `${safe(acknowledged.by)} is on it (${safe(acknowledged.why)})`;
  process.stdout.write(`${host} ${cause}: ${state}.\n`);
  return 0;
};

export const ack = async (argv: readonly string[]): Promise<number> => {
  let args: ReturnType<typeof readArgs>;
  try {
    args = readArgs(argv);
  } catch (error) {
    return usageError('ack', error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = args;
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) return usageError('ack', 'give one ID, as closewatch query lists it.');
  if (values.withdraw !== true && values.why === undefined) return usageError('ack', '--why is missing: others will ask.');
  return withApi('ack', () => run(id, values));
};
