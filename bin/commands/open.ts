import { parseArgs } from 'node:util';
import openInBrowser from 'open';
import * as z from 'zod/mini';
import { API_HELP, API_OPTIONS, apiOf, ask, readAs, withApi } from '../api.ts';
import { usageError } from '../terminal.ts';

const HELP = `closewatch open – look at the pages in a browser

Usage: closewatch open [ID | HOST] [--print]

Opens the list of analyses, the analysis of this ID, or the page of this host, and
logs the browser in for eight hours. Whoever has the address within a minute is
logged in as you.

  --print           print the address instead of opening a browser
${API_HELP}
`;

const minted = z.object({ url: z.url({ protocol: /^https?$/ }), expiresAt: z.string() });

const readArgs = (argv: readonly string[]) =>
  parseArgs({ args: [...argv], allowPositionals: true, options: { ...API_OPTIONS, print: { type: 'boolean' } } });

const pageOf = (what: string | undefined): string | null => {
  if (what === undefined) return '/analyses';
  if (!/^[\w.~-]+$/.test(what)) return null;
  return what.includes('~') ? `/analyses/${what}` : `/hosts/${what}`;
};

/** No browser on this machine is no failure: the address can be pasted. */
const show = async (url: string): Promise<void> => {
  const child = await openInBrowser(url).catch(() => null);
  child?.on('error', () => {});
  process.stdout.write(
    `${child === null ? 'Open this address' : 'Opened. Should nothing appear, open this address'} within a minute:\n${url}\n`,
  );
};

const run = async (next: string, values: ReturnType<typeof readArgs>['values']): Promise<number> => {
  const reply = await ask(apiOf(values), { method: 'POST', path: '/v1/sessions', body: JSON.stringify({ next }) });
  const { url } = readAs(minted, reply);
  if (values.print === true || process.stdout.isTTY !== true) process.stdout.write(`${url}\n`);
  else await show(url);
  return 0;
};

export const open = async (argv: readonly string[]): Promise<number> => {
  let args: ReturnType<typeof readArgs>;
  try {
    args = readArgs(argv);
  } catch (error) {
    return usageError('open', error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = args;
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const [what, ...more] = positionals;
  const next = pageOf(what);
  if (next === null || more.length > 0) return usageError('open', 'give one ID, as closewatch query lists it, or one HOST, or nothing.');
  return withApi('open', () => run(next, values));
};
