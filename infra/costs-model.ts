/**
 * What a fleet costs a month in us-east-1, from units that benchmarks measured (bench/units, bench/fleet) and list prices (COSTS.md says
 * where each was read). Dollars throughout.
 */

const MINUTES = 43_800;
const PER_MILLION = 1e-6;
const GB = 1e9;

export const PRICES = {
  put: 5 * PER_MILLION,
  get: 0.4 * PER_MILLION,
  s3GbMonth: 0.023,
  sqsRequest: 0.4 * PER_MILLION,
  invocation: 0.2 * PER_MILLION,
  gbSecond: 0.000_013_333_4,
  gbSecondX86: 0.000_016_666_7,
  writeUnit: 0.625 * PER_MILLION,
  readUnit: 0.125 * PER_MILLION,
  tableGbMonth: 0.25 + 0.2,
  logGb: 0.5,
  alarm: 0.1,
  metric: 0.3,
} as const;

/** How a fleet is set up, and what it costs in units. */
export interface Setup {
  readonly hosts: number;
  /** Snapshots to an object: one by cron, five by the agent's default. */
  readonly every: number;
  /** Whether a log goes with each of these uploads. */
  readonly withLogs: boolean;
  readonly sockets: 200 | 28_000;
  /** Messages to an invocation, 10 at most: what comes while another batch is at work. */
  readonly batch: number;
  readonly units: Units;
  readonly gbSecond: number;
}

/** DynamoDB's units of one upload. A snapshot is read and written once for its object, `digest` for each snapshot in it. */
export interface Units {
  readonly snapshotRead: number;
  readonly digestWrite: number;
  /** HEARD, WATCH and ADDRESS: every five minutes at most. */
  readonly heardWrite: number;
  readonly logRead: number;
  readonly logWrite: number;
}

/** Measured (bench/units/RESULTS.md), calm hosts. */
export const UNITS: Units = { snapshotRead: 13, digestWrite: 1, heardWrite: 6, logRead: 1.5, logWrite: 1 };
/** Digests of above 1 KB, as those of hosts in trouble and of many sockets. */
export const UNITS_LARGE: Units = { ...UNITS, snapshotRead: 17, digestWrite: 2 };
/** Measured on hosts with and without logs. */
const WINDOW_OF_LOGS_READ = 3.5;
export const UNITS_BEFORE: Units = { snapshotRead: 37.5, digestWrite: 2.8, heardWrite: 6, logRead: 37.5, logWrite: 2 };

/** Bytes as uploaded, gzipped, and CPU of taking one in, milliseconds (bench/fleet, and a digest alone of 28,000 sockets). */
const SNAPSHOT = { 200: { bytes: 3200, cpuMs: 5.5 }, 28000: { bytes: 314_000, cpuMs: 203 } } as const;
const LOG = { bytes: 500, cpuMs: 1.9 } as const;
/** Waiting for S3 and the table in turn: an assumption, five calls of about ten milliseconds. Uploads of a batch wait together. */
const WAIT_MS = 50;
const MEMORY_GB = 1769 / 1024;
const RAW_DAYS = 30;
const DIGEST_DAYS = 3;
/** A line of ours for each upload; Lambda's own and the metrics for each invocation. */
const LOG_BYTES = { upload: 300, invocation: 800 } as const;

/** Dollars a month, by part. */
export interface Costs {
  readonly puts: number;
  readonly storage: number;
  readonly queue: number;
  readonly lambda: number;
  readonly reads: number;
  readonly writes: number;
  readonly logs: number;
  /** Alarms, metrics, the sweep and polling an empty queue: the same for any fleet. */
  readonly fixed: number;
}

const fixedCosts = (): number => {
  const sweep = MINUTES * (PRICES.invocation + 0.1 * 0.5 * PRICES.gbSecond + 12 * PRICES.readUnit + PRICES.writeUnit);
  const polling = 5 * 3 * MINUTES * PRICES.sqsRequest;
  return 7 * PRICES.alarm + 3 * PRICES.metric + sweep + polling;
};

export const monthly = ({ hosts, every, withLogs, sockets, batch, units, gbSecond }: Setup): Costs => {
  const snapshots = hosts * MINUTES;
  const objects = snapshots / every;
  const logs = withLogs ? objects : 0;
  const uploads = objects + logs;
  const cpuMs = snapshots * SNAPSHOT[sockets].cpuMs + logs * LOG.cpuMs;
  const bytes = snapshots * SNAPSHOT[sockets].bytes + logs * LOG.bytes * every;
  const heard = hosts * Math.min(MINUTES / 5, MINUTES / every);
  const writes = snapshots * units.digestWrite + heard * units.heardWrite + logs * units.logWrite;
  // Each digest of an object looks first whether its host was noted, and lengthens the window that is read. Without logs there are none to read.
  const read = units.snapshotRead - (withLogs ? 0 : WINDOW_OF_LOGS_READ);
  const reads = objects * (read + 0.7 * (every - 1)) + logs * units.logRead;
  const digestBytes = (snapshots * 850 + logs * 240) * (DIGEST_DAYS / 30.4);
  return {
    puts: uploads * PRICES.put,
    storage: (bytes * (RAW_DAYS / 30.4) * PRICES.s3GbMonth + digestBytes * PRICES.tableGbMonth) / GB,
    queue: uploads * (1 + 2 / batch) * PRICES.sqsRequest,
    lambda:
      (uploads / batch) * PRICES.invocation + ((cpuMs + (uploads / batch) * WAIT_MS) / 1000) * MEMORY_GB * gbSecond + uploads * PRICES.get,
    reads: reads * PRICES.readUnit,
    writes: writes * PRICES.writeUnit,
    logs: ((uploads * LOG_BYTES.upload + (uploads / batch) * LOG_BYTES.invocation) * PRICES.logGb) / GB,
    fixed: fixedCosts(),
  };
};

export const sumOf = (costs: Costs): number => Object.values(costs).reduce((sum: number, cost: number) => sum + cost, 0);
