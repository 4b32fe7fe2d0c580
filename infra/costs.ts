import { writeFile } from 'node:fs/promises';
import { type Costs, monthly, PRICES, type Setup, sumOf, UNITS, UNITS_BEFORE, UNITS_LARGE } from './costs-model.ts';

/** `node infra/costs.ts` prints the tables of infra/COSTS.md and draws docs/costs.svg. */

const FLEETS = [10, 1000, 10_000, 100_000] as const;
/** The fewer hosts, the fewer messages wait for each other. */
const batchOf = (hosts: number): number => (hosts <= 10 ? 1 : hosts <= 1000 ? 3 : 10);
const agent = (hosts: number): Setup => ({
  hosts,
  every: 5,
  withLogs: true,
  sockets: 200,
  batch: batchOf(hosts),
  units: UNITS,
  gbSecond: PRICES.gbSecond,
});

const PARTS: readonly (keyof Costs)[] = ['puts', 'reads', 'writes', 'lambda', 'queue', 'logs', 'storage', 'fixed'];
const COLOURS = ['#1f6feb', '#d1495b', '#edae49', '#66a182', '#8d6a9f', '#9aa5b1', '#5b4a3f', '#cccccc'] as const;

const dollars = (value: number): string => (value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(3));
const out = (text: string): void => void process.stdout.write(`${text}\n`);

out(`| hosts | ${PARTS.join(' | ')} | all | a host |\n|--:|${'--:|'.repeat(PARTS.length + 2)}`);
for (const hosts of FLEETS) {
  const costs = monthly(agent(hosts));
  out(
    `| ${hosts} | ${PARTS.map((part) => dollars(costs[part])).join(' | ')} | **${dollars(sumOf(costs))}** | ${dollars(sumOf(costs) / hosts)} |`,
  );
}

/** Dollars a host and month in a fleet of ten thousand, each line one choice away from the one it names. */
const HOSTS = 10_000;
const perHost = (change: Partial<Setup>): number => sumOf(monthly({ ...agent(HOSTS), ...change })) / HOSTS;
const bare: Partial<Setup> = { withLogs: false };
const LINES: readonly (readonly [string, number])[] = [
  ['agent as installed: five snapshots to an object, a log with each', perHost({})],
  ['cron: a snapshot and a log a minute', perHost({ every: 1 })],
  ['snapshots only, one a minute (estimate 0.42)', perHost({ ...bare, every: 1 })],
  ['snapshots only, five to an object (estimate 0.21)', perHost(bare)],
  ['snapshots only, one a minute, 28,000 sockets (estimate 1.16)', perHost({ ...bare, every: 1, sockets: 28_000, units: UNITS_LARGE })],
  ['cron, with the units before this work', perHost({ every: 1, units: UNITS_BEFORE })],
  ['cron, one message to an invocation', perHost({ every: 1, batch: 1 })],
  ['cron, x86_64', perHost({ every: 1, gbSecond: PRICES.gbSecondX86 })],
  ['cron, digests above 1 KB', perHost({ every: 1, units: UNITS_LARGE })],
  ['cron, the whole hour read for each snapshot', perHost({ every: 1, units: { ...UNITS, snapshotRead: 19 } })],
  ['snapshots only, fifteen to an object', perHost({ ...bare, every: 15 })],
];
out('\n| set-up, 10,000 hosts | dollars a host and month |\n|---|--:|');
for (const [what, cost] of LINES) out(`| ${what} | ${cost.toFixed(3)} |`);

/** Shares of the whole side by side: a bar for each fleet, its total beside it. */
const bars = FLEETS.map((hosts, row) => {
  const costs = monthly(agent(hosts));
  const all = sumOf(costs);
  let x = 120;
  const pieces = PARTS.map((part, i) => {
    const width = (costs[part] / all) * 480;
    const piece = `<rect x="${x.toFixed(1)}" y="${40 + row * 44}" width="${width.toFixed(1)}" height="28" fill="${COLOURS[i]}"><title>${part}: $${dollars(costs[part])}</title></rect>`;
    x += width;
    return piece;
  });
  const label = `<text x="112" y="${59 + row * 44}" text-anchor="end">${hosts.toLocaleString('en-US')} hosts</text>`;
  return `${label}${pieces.join('')}<text x="610" y="${59 + row * 44}">$${dollars(all)}</text>`;
});
const legend = PARTS.map(
  (part, i) =>
    `<rect x="${30 + i * 84}" y="226" width="12" height="12" fill="${COLOURS[i]}"/><text x="${47 + i * 84}" y="237">${part}</text>`,
);
await writeFile(
  'docs/costs.svg',
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 256" font-family="sans-serif" font-size="13" role="img" aria-label="What a fleet costs a month, by part"><rect width="720" height="256" fill="#fff"/><text x="120" y="24" font-weight="bold">Dollars a month and their parts, agent as installed</text>${bars.join('')}${legend.join('')}</svg>\n`,
);
