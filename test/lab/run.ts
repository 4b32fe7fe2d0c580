import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compileJava } from './actors.ts';
import type { Scenario } from './model.ts';
import { removeStaleNetworks } from './network.ts';
import { recordScenario } from './record.ts';
import { SCENARIOS } from './scenarios.ts';

/** `node test/lab/run.ts [--out DIR] [SCENARIO…]`: needs root, iproute2, net-tools, Python 3 and a JDK. */
const chosen = (names: readonly string[]): readonly Scenario[] => {
  const unknown = names.filter((name) => !SCENARIOS.some((s) => s.name === name));
  if (unknown.length > 0) throw new Error(`no scenario ${unknown.join(', ')}; there are ${SCENARIOS.map((s) => s.name).join(', ')}`);
  return names.length === 0 ? SCENARIOS : SCENARIOS.filter((s) => names.includes(s.name));
};

const needsJava = ({ actors }: Scenario): boolean => actors.some(({ runtime }) => runtime === 'java');

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({ options: { out: { type: 'string', default: '.closewatch/lab' } }, allowPositionals: true });
  const scenarios = chosen(positionals);
  const work = mkdtempSync(join(tmpdir(), 'closewatch-lab-'));
  try {
    removeStaleNetworks();
    chmodSync(work, 0o711);
    if (scenarios.some(needsJava)) compileJava(work);
    for (const scenario of scenarios) {
      try {
        const truth = await recordScenario(scenario, values.out, work);
        console.log(
          `${scenario.name}: ${truth.cause ?? 'nothing wrong'}${truth.victim ? `, ${truth.victim.failures} failures of ${truth.victim.app}` : ''}`,
        );
      } catch (error) {
        process.exitCode = 1;
        console.error(`${scenario.name}: not recorded`, error);
      }
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
await main();
