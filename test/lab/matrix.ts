import { spawnSync } from 'node:child_process';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { confusionTable, NO_ANSWER, NOTHING, type Telling } from './confusion.ts';
import { readTruth, recordingsIn } from './recordings.ts';
import type { RecordedTruth } from './truth-schema.ts';

/**
 * `node test/lab/matrix.ts [--project DIR] [FOLDER…]`: runs `closewatch analyze --json` over every recording and prints truth × told as the
 * README shows it. Exit status 1 where a cause, a culprit, a resource or a number of failures is told wrongly.
 */
const toldSchema = z.object({
  analyses: z.array(
    z.object({
      host: z.string(),
      cause: z.string(),
      mechanism: z.string(),
      severity: z.string(),
      culprit: z.object({ pid: z.number().nullable(), peer: z.string().nullable() }).nullable(),
      resource: z.object({ kind: z.string() }),
      victims: z.array(z.object({ app: z.string(), failures: z.number() })),
    }),
  ),
});

type Told = z.infer<typeof toldSchema>['analyses'][number];

const LONGEST_MS = 60_000;

const analyze = (project: string, folder: string): readonly Told[] | null => {
  const run = spawnSync('node', ['bin/closewatch.js', 'analyze', '--json', join(folder, 'hosts')], {
    cwd: project,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: LONGEST_MS,
  });
  try {
    return toldSchema.parse(JSON.parse(run.stdout)).analyses.filter((a) => a.severity !== 'info');
  } catch {
    return null;
  }
};

const differences = (truth: RecordedTruth, told: readonly Told[]): readonly string[] => {
  const [first, ...others] = told;
  const wrong: string[] = [];
  const same = (what: string, got: unknown, want: unknown): void => {
    if (want !== undefined && got !== want) wrong.push(`${what} ${String(got)}, truly ${String(want)}`);
  };
  same('cause', first?.cause ?? NOTHING, truth.cause ?? NOTHING);
  if (first !== undefined) same('mechanism', first.mechanism, truth.mechanism);
  same('pid', first?.culprit?.pid ?? null, truth.culprit?.pid);
  same('peer', first?.culprit?.peer ?? null, truth.culprit?.peer);
  same('resource', first?.resource.kind, truth.resource?.kind);
  const { victim } = truth;
  if (victim?.app !== undefined)
    same(`failures of ${victim.app}`, first?.victims.find((v) => v.app === victim.app)?.failures ?? 0, victim.failures);
  for (const other of others.filter((o) => !truth.alsoTrue.some((t) => t.cause === o.cause))) wrong.push(`false alarm: ${other.cause}`);
  return wrong;
};

const main = (): void => {
  const { values, positionals } = parseArgs({ options: { project: { type: 'string', default: '.' } }, allowPositionals: true });
  const folders = positionals.length === 0 ? ['.closewatch/lab'] : positionals;
  const tellings: Telling[] = [];
  for (const recording of folders.flatMap((folder) => recordingsIn(resolve(folder)))) {
    const truth = readTruth(recording);
    const answers = analyze(values.project, recording);
    // Of several hosts the one that the truth is about comes first.
    const told = (answers ?? []).toSorted((a, b) => Number(b.host === truth.host) - Number(a.host === truth.host));
    const wrong = answers === null ? [NO_ANSWER] : differences(truth, told);
    tellings.push({ truth: truth.cause ?? NOTHING, told: answers === null ? NO_ANSWER : (told[0]?.cause ?? NOTHING) });
    if (wrong.length > 0) process.exitCode = 1;
    console.log(`${wrong.length === 0 ? 'right' : 'WRONG'} ${basename(recording)}${wrong.length === 0 ? '' : `: ${wrong.join('; ')}`}`);
  }
  console.log(`\n${confusionTable(tellings)}`);
};

main();
