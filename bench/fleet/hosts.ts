import { gzipSync } from 'node:zlib';
import { logText, MINUTE_MS, snapshotText, stamp } from './simulated.ts';

/** A fleet minute by minute: what each host uploads, when it arrives, and how often. The same numbers make the same fleet. */

export interface Upload {
  readonly host: string;
  readonly key: string;
  readonly body: Uint8Array;
  /** Minutes after it was taken that it arrives. */
  readonly late: number;
  /** How often its notification is delivered. */
  readonly times: 1 | 2;
}

export interface FleetOptions {
  readonly hosts: number;
  /** RFC 3339 of minute 0. */
  readonly from: string;
  /** The minute from which troubled hosts leak. */
  readonly leakFrom: number;
}

/** 1 % of hosts have trouble, each its own; 2 % of uploads come three minutes late, 2 % are told of twice. */
const TROUBLED_OF = 100;
const ODD_OF = 50;
const LATE_MINUTES = 3;
const RANGE = [20_000, 22_999] as const;
const GROWTH = 600;

/** Spread evenly, the same in each run. */
const spread = (a: number, b: number): number => ((a * 2_654_435_761 + b * 40_503) >>> 7) % 1_000_003;

export const isTroubled = (host: number): boolean => host % TROUBLED_OF === 7;
export const nameOf = (host: number): string => `web-${String(host).padStart(5, '0')}`;
export const culpritOf = (host: number): string => `sync-${host}`;

const leakedAt = (minute: number, leakFrom: number): number => Math.max(0, Math.min(2950, GROWTH * (minute - leakFrom + 1)));

/** A snapshot and a log of each host; every host uploads at second :00, as cron does. */
export const minuteOf = ({ hosts, from, leakFrom }: FleetOptions, minute: number): readonly Upload[] => {
  const at = new Date(Date.parse(from) + minute * MINUTE_MS).toISOString();
  return Array.from({ length: hosts }, (_, host): readonly Upload[] => {
    const leaked = isTroubled(host) ? leakedAt(minute, leakFrom) : 0;
    const name = nameOf(host);
    const address = `10.${1 + (host >> 16)}.${(host >> 8) & 255}.${host & 255}`;
    const others = 60 + (spread(host, 0) % 400);
    const leaker = { command: culpritOf(host), peer: `10.200.${host >> 8}.${host & 255}:8080` };
    const snapshot = snapshotText({ host: name, takenAt: at, leaked, others, range: RANGE, address, leaker });
    const failing = leaked > 2900 ? 4 : 0;
    const odd = (what: number) => ({
      late: spread(host * 3 + what, minute) % ODD_OF === 1 ? LATE_MINUTES : 0,
      times: spread(host * 5 + what, minute) % ODD_OF === 2 ? (2 as const) : (1 as const),
    });
    return [
      { host: name, key: `hosts/${name}/snapshots/${stamp(at)}.gz`, body: gzipSync(snapshot), ...odd(1) },
      { host: name, key: `hosts/${name}/logs/login/${stamp(at)}.gz`, body: gzipSync(logText(at, 40, failing)), ...odd(2) },
    ];
  }).flat();
};
