import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compileJava, removeUnits } from './actors.ts';
import type { Scenario } from './model.ts';
import { removeStaleNetworks } from './network.ts';
import { recordScenario } from './record.ts';
import { requireTools } from './requirements.ts';
import { SCENARIOS, SHORT } from './scenarios.ts';

/**
 * `node test/lab/run.ts [--out DIR] [--short] [--jobs N] [SCENARIO…]`: needs what `requirements.ts` says. `--jobs`: so many scenarios at a
 * time, which a short form can bear and one with thousands of connections a second cannot.
 */
const chosen = (names: readonly string[], isShort: boolean): readonly Scenario[] => {
  const wanted = isShort && names.length === 0 ? SHORT : names;
  const unknown = wanted.filter((name) => !SCENARIOS.some((s) => s.name === name));
  if (unknown.length > 0) throw new Error(`no scenario ${unknown.join(', ')}; there are ${SCENARIOS.map((s) => s.name).join(', ')}`);
  return wanted.length === 0 ? SCENARIOS : SCENARIOS.filter((s) => wanted.includes(s.name));
};

const SHORT_JOBS = 4;
/** On a busy machine an incident may fail to happen: it is played once more. */
const ATTEMPTS = 2;

const needsJava = ({ actors }: Scenario): boolean => actors.some(({ runtime }) => runtime === 'java');

const record = async (scenario: Scenario, out: string, work: string): Promise<void> => {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      const truth = await recordScenario(scenario, out, work);
      const victim = truth.victim ? `, ${truth.victim.failures} failures of ${truth.victim.app}` : '';
      console.log(`${scenario.name}: ${truth.cause ?? 'nothing wrong'}${victim}`);
      return;
    } catch (error) {
      console.error(`${scenario.name}: not recorded at attempt ${attempt}`, error);
    }
  }
  process.exitCode = 1;
};

const recordAll = async (scenarios: readonly Scenario[], jobs: number, out: string, work: string): Promise<void> => {
  const waiting = [...scenarios];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await record(next, out, work);
  };
  await Promise.all(Array.from({ length: jobs }, worker));
};

const readArgs = () =>
  parseArgs({
    options: { out: { type: 'string', default: '.closewatch/lab' }, short: { type: 'boolean', default: false }, jobs: { type: 'string' } },
    allowPositionals: true,
  });

const main = async (): Promise<void> => {
  const { values, positionals } = readArgs();
  const scenarios = chosen(positionals, values.short);
  const isJava = scenarios.some(needsJava);
  requireTools(isJava);
  const work = mkdtempSync(join(tmpdir(), 'closewatch-lab-'));
  // On exit rather than in a finally: an interrupt must clean up too.
  process.once('exit', () => rmSync(work, { recursive: true, force: true }));
  try {
    removeStaleNetworks();
    chmodSync(work, 0o711);
    if (isJava) compileJava(work);
    await recordAll(scenarios, Number(values.jobs ?? (values.short ? SHORT_JOBS : 1)), values.out, work);
  } finally {
    removeUnits();
  }
};

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
await main();
