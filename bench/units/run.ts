import assert from 'node:assert/strict';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoRecords } from '../../lib/adapters/dynamodb.ts';
import { NAMES, startEmulators } from '../../lib/local/emulators.ts';
import type { Deps } from '../../lib/use-cases/deps.ts';
import { ingest } from '../../lib/use-cases/ingest.ts';
import { defaultSettings } from '../../lib/use-cases/settings.ts';
import { logText, MINUTE_MS, snapshotText, stamp } from '../fleet/simulated.ts';
import { type Call, meter } from './meter.ts';

/** What one upload costs in DynamoDB, by its calls: a calm host, a host in trouble, either with a long history. */

interface Scenario {
  readonly name: string;
  /** Minutes before those that are measured; a snapshot and a log in each. */
  readonly history: number;
  /** Sockets that the culprit holds in a minute: 0 on a calm host. */
  readonly leaked: (minute: number) => number;
  /** Else a log comes with each snapshot. */
  readonly hasNoLogs?: boolean;
}

const MEASURED = 10;
/** Small, so that hours are made up in seconds: a digest's size does not depend on it. */
const RANGE = [20_000, 22_999] as const;
const FROM = Date.parse('2026-11-20T00:00:00Z');
const leak = (minute: number): number => 2000 + (minute % 60) * 10;

const SCENARIOS: readonly Scenario[] = [
  { name: 'calm', history: 70, leaked: () => 0 },
  { name: 'calm, six hours of history', history: 360, leaked: () => 0 },
  { name: 'in trouble', history: 70, leaked: leak },
  // Trouble of twenty minutes in each hour before, so that there are cases to remember.
  { name: 'in trouble, six hours of history', history: 370, leaked: (minute) => (minute % 60 < 20 ? leak(minute) : 0) },
  { name: 'calm, snapshots only', history: 70, leaked: () => 0, hasNoLogs: true },
];

interface Table {
  readonly client: DynamoDBClient;
  readonly calls: Call[];
  close(): Promise<void>;
}

/** Of its own for each scenario: hosts with the same trouble are a fleet, and say so together. */
const openTable = async (): Promise<Table> => {
  const emulators = await startEmulators(0, null);
  const settings = {
    endpoint: emulators.tableAddress,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const [client, peek] = [new DynamoDBClient(settings), new DynamoDBClient(settings)];
  const close = async (): Promise<void> => {
    client.destroy();
    peek.destroy();
    await emulators.stop();
  };
  return { client, calls: meter(client, peek).calls, close };
};

class Host {
  readonly #name = 'web-03';
  readonly #client: DynamoDBClient;
  readonly #objects = new Map<string, string>();
  #now = FROM;
  published = 0;

  readonly #hasNoLogs: boolean;

  constructor(client: DynamoDBClient, hasNoLogs: boolean) {
    this.#client = client;
    this.#hasNoLogs = hasNoLogs;
  }

  /** @param between is called after the snapshot */
  async minute(minute: number, leaked: number, between = (): void => {}): Promise<void> {
    const at = new Date(FROM + minute * MINUTE_MS).toISOString();
    this.#now = FROM + minute * MINUTE_MS + 2000;
    const key = `hosts/${this.#name}`;
    const others = 200;
    await this.#upload(`${key}/snapshots/${stamp(at)}.gz`, snapshotText({ host: this.#name, takenAt: at, leaked, others, range: RANGE }));
    between();
    if (this.#hasNoLogs) return;
    await this.#upload(`${key}/logs/login/${stamp(at)}.gz`, logText(at, 50, leaked > 0 ? 3 : 0));
  }

  async #upload(key: string, text: string): Promise<void> {
    this.#objects.set(key, text);
    await ingest({ bucket: NAMES.bucket, key }, this.#deps());
  }

  #deps(): Deps {
    const clock = { now: () => new Date(this.#now).toISOString() };
    const count = async (): Promise<void> => {
      this.published += 1;
    };
    return {
      uploads: {
        open: async (ref) => {
          const bytes = Buffer.from(this.#objects.get(ref.key) ?? '');
          const body = (async function* () {
            yield bytes;
          })();
          return { ref, lastModified: clock.now(), bytes: bytes.length, timezone: null, body };
        },
      },
      records: dynamoRecords(this.#client, NAMES.table, clock),
      announcer: { publish: count, publishTogether: count },
      clock,
      journal: { info: () => {}, warn: () => {} },
      meter: { count: () => {} },
      settings: defaultSettings,
      owner: 'bench',
    };
  }
}

const sum = (all: readonly Call[], pick: (call: Call) => number): number => all.reduce((total, call) => total + pick(call), 0);

const row = (name: string, all: readonly Call[]): string => {
  const mean = (pick: (call: Call) => number): string => (sum(all, pick) / MEASURED).toFixed(1);
  const bytes = Math.max(0, ...all.map((call) => call.bytes));
  const cells = [mean(() => 1), mean(({ read }) => read), mean(({ written }) => written), mean(({ indexed }) => indexed), bytes];
  return `| ${name} | ${cells.join(' | ')} |\n`;
};

const print = (title: string, all: readonly Call[]): void => {
  process.stdout.write(`\n${title}\n\n| call | calls | read units | write units | of the index | bytes |\n|---|--:|--:|--:|--:|--:|\n`);
  const kinds = [...new Set(all.map(({ name }) => name))].sort();
  for (const kind of kinds)
    process.stdout.write(
      row(
        kind,
        all.filter(({ name }) => name === kind),
      ),
    );
  process.stdout.write(row('all', all));
};

interface Units {
  readonly read: number;
  readonly written: number;
}

/** Units of one minute: a snapshot and a log. */
const measure = async ({ name, history, leaked, hasNoLogs = false }: Scenario): Promise<Units> => {
  const { client, calls, close } = await openTable();
  const host = new Host(client, hasNoLogs);
  for (let minute = 0; minute < history; minute += 1) await host.minute(minute, leaked(minute));
  calls.splice(0);
  const snapshots: Call[] = [];
  const logs: Call[] = [];
  for (let minute = history; minute < history + MEASURED; minute += 1) {
    await host.minute(minute, leaked(minute), () => snapshots.push(...calls.splice(0)));
    logs.push(...calls.splice(0));
  }
  await close();
  assert.equal(host.published > 0, leaked(history) > 0, `${name}: people hear of trouble, and of nothing else`);
  print(`${name}: one snapshot (${host.published} messages so far)`, snapshots);
  if (!hasNoLogs) print(`${name}: one log`, logs);
  const all = [...snapshots, ...logs];
  return { read: sum(all, ({ read }) => read) / MEASURED, written: sum(all, ({ written, indexed }) => written + indexed) / MEASURED };
};

const units: Units[] = [];
for (const scenario of SCENARIOS) units.push(await measure(scenario));
for (const [short, long] of [units.slice(0, 2), units.slice(2, 4)]) {
  // A board remembers a bounded number of cases: some more units, not more with every hour.
  assert.ok((long?.read ?? 0) <= 1.25 * (short?.read ?? 0) + 1, 'what is read does not grow with the history');
  assert.ok((long?.written ?? 0) <= 1.25 * (short?.written ?? 0) + 4, 'what is written does not grow with the history');
}
