import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { nodeFiles } from '../../lib/adapters/files.ts';
import { renderJson } from '../../lib/report/json.ts';
import { analysisPage } from '../../lib/report/page/analysis-page.ts';
import { renderTerminal } from '../../lib/report/terminal.ts';
import { plain } from '../../lib/text/plain.ts';
import { type AnalyzeResult, analyzePaths, PathError } from '../../lib/use-cases/analyze.ts';
import { endProgress, isZone, progress, usageError, wantsColour } from '../terminal.ts';

const HELP = `closewatch analyze – diagnose snapshots and logs at once, without any stack

Usage: closewatch analyze [--json] [--html FILE] [--timezone ZONE] PATH…

PATH is a file, or a folder: one in the layout that hosts upload
(hosts/<host>/snapshots/…, hosts/<host>/logs/<app>/…), or loose files, of which
each is told by its content. gzip is unpacked. Get evidence on a host with

  (ss -tanpe; tail -vn +1 /proc/sys/net/ipv4/ip_local_port_range) > snapshot.txt

as root, twice or more, some seconds apart.

  --json            print {"analyses": […], "unparsed": […]} instead of text
  --html FILE       write a page for a ticket as well: one file, with a plot
  --timezone ZONE   of log times that name none: Europe/Berlin, +01:00 (else UTC)
  --help            show this

Exit codes: 0 nothing reaches a warning, 1 something does, 2 it could not run.
`;

const FINDING = 1;
const COULD_NOT_RUN = 2;

const jsonOf = ({ analyses, unparsed }: AnalyzeResult): string =>
  `{"analyses":[${analyses.map(renderJson).join(',')}],"unparsed":${JSON.stringify(unparsed)}}\n`;

const nothingFound = ({ read }: AnalyzeResult): string => {
  const span = read.from === null ? '' : ` from ${read.from} to ${read.to}`;
  return `No finding in ${read.snapshots} snapshot(s) and ${read.logs} log(s)${span}.`;
};

const textOf = (result: AnalyzeResult): string => {
  const colour = wantsColour();
  const parts = result.analyses.map((analysis) => renderTerminal(analysis, { colour }));
  return `${parts.length === 0 ? nothingFound(result) : parts.join('\n\n\n')}\n`;
};

/** What was not understood is said, or "no finding" would mean nothing. */
const tellUnparsed = ({ unparsed }: AnalyzeResult): void => {
  for (const { source, reason, samples } of unparsed) {
    process.stderr.write(`${plain(source)}: ${plain(reason)}\n`);
    for (const { line, text } of samples.slice(0, 3)) process.stderr.write(`  line ${line}: ${plain(text)}\n`);
  }
};

const readArgs = (argv: readonly string[]) =>
  parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { json: { type: 'boolean' }, html: { type: 'string' }, timezone: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });

interface Options {
  readonly asJson: boolean;
  readonly page: string | null;
  readonly timezone: string | null;
}

const writePage = async (path: string, { analyses, timelines }: AnalyzeResult): Promise<void> => {
  const shown = analyses.map((analysis) => ({ analysis, timeline: timelines.get(analysis.host) ?? null }));
  try {
    await writeFile(path, analysisPage(shown));
  } catch (error) {
    throw new PathError(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
};

const run = async (paths: readonly string[], { asJson, page, timezone }: Options): Promise<number> => {
  const withTimelines = page !== null;
  const result = await analyzePaths(paths, nodeFiles, {
    timezone,
    withTimelines,
    onProgress: (done, all) => progress(`reading ${done} of ${all}`),
  });
  endProgress();
  if (page !== null) await writePage(page, result);
  if (asJson) process.stdout.write(jsonOf(result));
  else {
    tellUnparsed(result);
    process.stdout.write(textOf(result));
  }
  if (result.read.snapshots + result.read.logs === 0) {
    process.stderr.write(`closewatch analyze: nothing readable in ${paths.join(', ')}.\n`);
    return COULD_NOT_RUN;
  }
  return result.analyses.some(({ severity }) => severity !== 'info') ? FINDING : 0;
};

export const analyze = async (argv: readonly string[]): Promise<number> => {
  let args: ReturnType<typeof readArgs>;
  try {
    args = readArgs(argv);
  } catch (error) {
    return usageError('analyze', error instanceof Error ? error.message : String(error));
  }
  if (args.values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  if (!isZone(args.values.timezone))
    return usageError('analyze', `--timezone takes a zone like Europe/Berlin or +01:00, not "${args.values.timezone}".`);
  if (args.positionals.length === 0) return usageError('analyze', 'no PATH is given.');
  try {
    const { json, html, timezone } = args.values;
    return await run(args.positionals, { asJson: json === true, page: html ?? null, timezone: timezone ?? null });
  } catch (error) {
    endProgress();
    if (!(error instanceof PathError)) throw error;
    process.stderr.write(`closewatch analyze: ${plain(error.message)}\n`);
    return COULD_NOT_RUN;
  }
};
