import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';

/**
 * `node test/lab/matrix.ts [--project DIR] [RECORDINGS]`: runs `closewatch analyze --json` over every recording and prints
 * truth × told. Exit status 1 where a cause, a culprit's PID or a number of failures is told wrongly.
 */
const truthSchema = z.object({
  cause: z.string().nullable(),
  mechanism: z.string().optional(),
  culprit: z.object({ pid: z.number().nullish(), peer: z.string().optional() }).optional(),
  victim: z.object({ app: z.string(), failures: z.number() }).optional(),
  alsoTrue: z.array(z.object({ cause: z.string() })),
});

const toldSchema = z.object({
  analyses: z.array(
    z.object({
      cause: z.string(),
      mechanism: z.string(),
      severity: z.string(),
      culprit: z.object({ pid: z.number().nullable(), peer: z.string().nullable() }).nullable(),
      victims: z.array(z.object({ app: z.string(), failures: z.number() })),
    }),
  ),
});

type Truth = z.infer<typeof truthSchema>;
type Told = z.infer<typeof toldSchema>['analyses'][number];

/** What the matrix calls the absence of a finding, and of an answer. */
const NOTHING = 'nothing';
const NO_ANSWER = 'no answer';
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

const differences = (truth: Truth, told: readonly Told[]): readonly string[] => {
  const [first, ...others] = told;
  const wrong: string[] = [];
  const same = (what: string, got: unknown, want: unknown): void => {
    if (got !== want) wrong.push(`${what} ${String(got)}, truly ${String(want)}`);
  };
  if (first !== undefined && truth.mechanism !== undefined) same('mechanism', first.mechanism, truth.mechanism);
  if (truth.culprit?.pid !== undefined) same('pid', first?.culprit?.pid ?? null, truth.culprit.pid);
  if (truth.culprit?.peer !== undefined) same('peer', first?.culprit?.peer ?? null, truth.culprit.peer);
  const { victim } = truth;
  if (victim !== undefined) same(`failures of ${victim.app}`, first?.victims.find((v) => v.app === victim.app)?.failures, victim.failures);
  for (const other of others.filter((o) => !truth.alsoTrue.some((t) => t.cause === o.cause))) wrong.push(`false alarm: ${other.cause}`);
  return wrong;
};

const main = (): void => {
  const { values, positionals } = parseArgs({ options: { project: { type: 'string', default: '.' } }, allowPositionals: true });
  const recordings = resolve(positionals[0] ?? '.closewatch/lab');
  const cells = new Map<string, number>();
  for (const name of readdirSync(recordings).sort()) {
    const incident = join(recordings, name, 'incident.json');
    if (!existsSync(incident)) continue;
    const truth = truthSchema.parse(JSON.parse(readFileSync(incident, 'utf8')));
    const told = analyze(values.project, join(recordings, name));
    const cause = told === null ? NO_ANSWER : (told[0]?.cause ?? NOTHING);
    const cell = `${(truth.cause ?? NOTHING).padEnd(24)} ${cause}`;
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
    const wrong = [
      ...(cause === (truth.cause ?? NOTHING) ? [] : [`cause ${cause}, truly ${truth.cause ?? NOTHING}`]),
      ...differences(truth, told ?? []),
    ];
    if (wrong.length > 0) process.exitCode = 1;
    console.log(`${wrong.length === 0 ? 'right' : 'WRONG'} ${name}${wrong.length === 0 ? '' : `: ${wrong.join('; ')}`}`);
  }
  console.log(`\n${'truth'.padEnd(24)} told`);
  for (const [cell, count] of [...cells].sort()) console.log(`${cell} ${count}`);
};

main();
