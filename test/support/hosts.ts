import type { Analysis } from '../../lib/model/analysis.ts';
import { ingest } from '../../lib/use-cases/ingest.ts';
import { sweep } from '../../lib/use-cases/sweep.ts';
import { type Gate, open, World } from './memory.ts';

/** Uploads of several hosts, written out, for what many of them have in common. */

export const BUCKET = 'uploads';

export const at = (minute: number): string => new Date(Date.parse('2026-11-23T10:00:00Z') + minute * 60_000).toISOString();
const stamp = (minute: number): string => at(minute).replaceAll(/[-:]|\.000/g, '');

export const HEALTHY = 'LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))\n';

/** Another program listens on the port. */
export const rival = (pid: number, command = 'old-api', port = 8080): string =>
  `${HEALTHY}LISTEN 0 128 *:${port} *:* users:(("${command}",pid=${pid},fd=3))\n`;

/** A program holds connections in CLOSE_WAIT, out of a thousand ports. */
export const leak = (sockets: number, pid: number, peer = '10.0.0.9:80', command = 'sync'): string =>
  `${HEALTHY}${Array.from(
    { length: sockets },
    (_, i) => `CLOSE-WAIT 1 0 10.0.0.1:${20_000 + i} ${peer} users:(("${command}",pid=${pid},fd=${i})) ino:${i + 1} sk:${i.toString(16)}\n`,
  ).join('')}==> sysctl <==\nnet.ipv4.ip_local_port_range = 20000 20999\n`;

export interface Upload {
  readonly key: string;
  readonly text: string;
}

export const snapshot = (host: string, minute: number, text: string): Upload => ({ key: `hosts/${host}/snapshots/${stamp(minute)}`, text });

export const log = (host: string, app: string, minutes: readonly number[], port = 8080): Upload => ({
  key: `hosts/${host}/logs/${app}/${stamp(minutes.at(-1) ?? 0)}`,
  text: minutes
    .map((minute) => `${at(minute)} ERROR [77] x: cannot start server on port ${port}: [Errno 98] Address already in use`)
    .join('\n'),
});

/** From the first failure on, two failures, seen by a snapshot before and one after. */
export const conflict = (host: string, minute: number, pid: number, command?: string, port?: number): readonly Upload[] => [
  snapshot(host, minute, rival(pid, command, port)),
  log(host, 'api', [minute + 1, minute + 2], port),
  snapshot(host, minute + 3, rival(pid, command, port)),
];

export class Hosts {
  readonly world: World;
  #calls = 0;

  constructor(uploads: readonly Upload[] = []) {
    this.world = new World();
    for (const { key, text } of uploads) this.world.objects.set(key, Buffer.from(text));
  }

  async take(uploads: readonly Upload[], gate: Gate = open): Promise<void> {
    for (const { key, text } of uploads) {
      this.world.objects.set(key, Buffer.from(text));
      this.world.now += 1000;
      await ingest({ bucket: BUCKET, key }, this.world.deps(gate, this.#owner()));
    }
  }

  async sweep(afterSeconds = 60, gate: Gate = open): Promise<void> {
    this.world.now += afterSeconds * 1000;
    await sweep(this.world.deps(gate, this.#owner()));
  }

  /** What was said since the last time this was asked: `opened web-1`, `joined web-1+web-2`. */
  said(): readonly string[] {
    this.world.messages.splice(0);
    return this.world.published.splice(0).map(({ kind, analysis }) => `${kind} ${analysis.hosts.join('+')}`);
  }

  /** All analyses by id, as the API lists them. */
  async analyses(): Promise<readonly Analysis[]> {
    const { items } = await this.world.deps(open, 'look').records.listAnalyses({}, 100, null);
    return items.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  #owner(): string {
    this.#calls += 1;
    return `f-${this.#calls}`;
  }
}
