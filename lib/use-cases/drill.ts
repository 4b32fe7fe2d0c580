/**
 * A synthetic incident: a program that holds all ports of its range in CLOSE_WAIT, and another that cannot bind. Whoever reads of it sees that
 * it is a drill: the host and both programs are called so. Addresses are those set aside for documentation (RFC 5737), so that no host has them.
 */

export const DRILL_HOST = 'closewatch-drill-';

/** Begins every host's name of a drill, and every program's. */
const CULPRIT = 'DRILL-culprit';
const VICTIM = 'DRILL-victim';
const PID = 4711;
/** `ip_local_port_range` of the drill: a range that is full with few sockets. */
const FIRST_PORT = 40_000;
const PORTS = 1_000;

export interface DrillUpload {
  readonly key: string;
  readonly text: string;
}

export interface Drill {
  readonly host: string;
  readonly peer: string;
  readonly address: string;
  readonly incident: readonly DrillUpload[];
  /** What the host uploads when it is over. */
  readonly recovery: readonly DrillUpload[];
  /** What no parser understands. */
  readonly refused: DrillUpload;
  readonly expected: { readonly cause: 'close-wait-leak'; readonly culprit: string; readonly victim: string };
}

const HEADER = 'State Recv-Q Send-Q Local Address:Port Peer Address:Port Process';
const LISTENER = 'LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3)) ino:1 sk:1';

const pile = (address: string, peer: string, count: number): readonly string[] =>
  Array.from(
    { length: count },
    (_, i) =>
      `CLOSE-WAIT 1 0 ${address}:${FIRST_PORT + i} ${peer} users:(("${CULPRIT}",pid=${PID},fd=${i + 10})) ino:${i + 100} sk:${(i + 256).toString(16)}`,
  );

const snapshotOf = (host: string, at: string, rows: readonly string[]): string =>
  `==> meta <==
host: ${host}
taken_at: ${at}
==> ss -tanpeoiO <==
${[HEADER, LISTENER, ...rows].join('\n')}
==> sysctl <==
net.ipv4.ip_local_port_range = ${FIRST_PORT}\t${FIRST_PORT + PORTS - 1}
`;

const failuresAt = (times: readonly string[]): string =>
  times.map((at) => `${at} ERROR [4712] ${VICTIM}: java.net.BindException: Address already in use (Bind failed)\n`).join('');

const compact = (at: string): string => at.replaceAll(/[-:]|\.\d+/g, '');

/**
 * @param id eight hexadecimal digits, new for each drill
 * @param now RFC 3339: the incident is of the minute before
 */
export const makeDrill = (id: string, now: string): Drill => {
  const host = `${DRILL_HOST}${id}`;
  const number = Number.parseInt(id, 16);
  const address = `198.51.100.${1 + (number % 250)}`;
  const peer = `192.0.2.${1 + ((number >>> 8) % 250)}:${1024 + ((number >>> 16) % 60_000)}`;
  const at = (seconds: number): string => new Date(Date.parse(now) + seconds * 1000).toISOString();
  const snapshot = (seconds: number, rows: readonly string[]): DrillUpload => ({
    key: `hosts/${host}/snapshots/${compact(at(seconds))}`,
    text: snapshotOf(host, at(seconds), rows),
  });
  const full = pile(address, peer, PORTS);
  return {
    host,
    peer,
    address,
    incident: [
      // First, so that the snapshot which explains it brings the one message of its beginning.
      { key: `hosts/${host}/logs/${VICTIM}/${compact(at(-25))}`, text: failuresAt([-40, -35, -29].map(at)) },
      snapshot(-50, full),
      snapshot(-30, full),
      snapshot(-20, full),
    ],
    recovery: [snapshot(-5, []), snapshot(-1, [])],
    refused: { key: `hosts/${host}/snapshots/not-a-snapshot`, text: 'DRILL: this is no snapshot.\n' },
    expected: { cause: 'close-wait-leak', culprit: CULPRIT, victim: VICTIM },
  };
};
