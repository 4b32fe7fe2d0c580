import type { Announcement } from '../../lib/fleet/fleet.ts';
import { type MessageContext, renderEmail } from '../../lib/report/email.ts';
import { renderSms } from '../../lib/report/sms.ts';
import { ingest } from '../../lib/use-cases/ingest.ts';
import { sweep } from '../../lib/use-cases/sweep.ts';
import { open, World } from './memory.ts';

/** A process that is started, holds sockets toward one peer, and has descriptors open. */
export interface Program {
  readonly pid: number;
  readonly command: string;
  /** Clock time of its start, for `ps`; absent where the snapshots have no `ps`. */
  readonly startedAt?: string;
  readonly closeWait: number;
  readonly established?: number;
  /** For `fds`; absent where the snapshots do not have it. */
  readonly open?: number;
}

export const DAY = '2026-11-23';
const PORTS_FROM = 20_000;
const SOFT_LIMIT = 4096;
const UPLOAD_DELAY_MS = 5_000;

/** `14:05` or `14:05:30` on the day of the simulation; hours beyond 24 are the next days'. */
export const at = (time: string): string => {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return new Date(Date.parse(`${DAY}T00:00:00Z`) + ((hours * 60 + minutes) * 60 + seconds) * 1000).toISOString();
};

/** Times from `from` to `to`, both included, every so many minutes. */
export const every = (minutes: number, from: string, to: string): readonly string[] => {
  const times: string[] = [];
  for (let time = Date.parse(at(from)); time <= Date.parse(at(to)); time += minutes * 60_000) times.push(new Date(time).toISOString());
  return times;
};

export const minutesBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 60_000;

/** A socket keeps its identity (`sk:`, `ino:`) from snapshot to snapshot: it is its program's i-th. */
const socket = (state: string, port: number, { pid, command }: Program, i: number): string =>
  `${state} ${state === 'ESTAB' ? 0 : 1} 0 10.0.0.1:${port} 10.0.0.9:80 users:(("${command}",pid=${pid},fd=${i + 3})) ino:${pid * 10_000 + i} sk:${(pid * 10_000 + i).toString(16)}`;

const rowsOf = (programs: readonly Program[]): readonly string[] => {
  let port = PORTS_FROM - 1;
  return programs.flatMap((program) =>
    Array.from({ length: program.closeWait + (program.established ?? 0) }, (_, i) => {
      port += 1;
      return socket(i < program.closeWait ? 'CLOSE-WAIT' : 'ESTAB', port, program, i);
    }),
  );
};

const section = (name: string, lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : [`==> ${name} <==`, ...lines]);

const elapsed = (startedAt: string, now: string): number => Math.round((Date.parse(now) - Date.parse(startedAt)) / 1000);

/** What an agent would upload. The port range has 1,000 ports. */
export const snapshotText = (now: string, programs: readonly Program[]): string => {
  const ps = programs.flatMap(({ pid, command, startedAt }) =>
    startedAt === undefined ? [] : [`${pid} 1 root ${elapsed(startedAt, now)} /usr/bin/${command}`],
  );
  const fds = programs.flatMap((program) =>
    program.open === undefined ? [] : [`${program.pid} ${program.open} ${SOFT_LIMIT} ${SOFT_LIMIT}`],
  );
  return [
    ...section('meta', [`taken_at: ${now}`]),
    ...section('ss -tanpeiO', [
      'State Recv-Q Send-Q Local Address:Port Peer Address:Port Process',
      'LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3)) ino:1 sk:1',
      ...rowsOf(programs),
    ]),
    ...section('sysctl', [`net.ipv4.ip_local_port_range = ${PORTS_FROM}\t${PORTS_FROM + 999}`]),
    ...section('ps -o pid,ppid,user:32,etimes,args', ps.length === 0 ? [] : ['PID PPID USER ELAPSED COMMAND', ...ps]),
    ...section('fds', fds.length === 0 ? [] : ['pid open soft hard', ...fds]),
    '',
  ].join('\n');
};

const contextOf = ({ kind, createdAt }: Announcement): MessageContext => ({ transition: kind, at: createdAt, link: null });

/** One host in a world whose wall clock follows what it uploads. */
export class SimulatedHost {
  readonly world = new World();

  constructor() {
    this.world.now = Date.parse(at('00:00'));
  }

  #uploads = 0;

  async snapshot(now: string, programs: readonly Program[]): Promise<void> {
    await this.upload('snapshots', now, snapshotText(now, programs));
  }

  /** A program's failing calls. */
  async failures(app: string, times: readonly string[]): Promise<void> {
    const lines = times.map(
      (time) => `${time} ERROR [77] ${app}: connect to 10.0.0.9:80 failed: [Errno 99] Cannot assign requested address`,
    );
    await this.upload(`logs/${app}`, times.at(-1) ?? at('00:00'), lines.join('\n'));
  }

  async upload(folder: string, now: string, text: string): Promise<void> {
    this.#uploads += 1;
    const key = `hosts/web-1/${folder}/${now.replaceAll(/[-:]|\.000/g, '')}-${this.#uploads}`;
    this.world.objects.set(key, Buffer.from(text));
    this.world.now = Math.max(this.world.now, Date.parse(now) + UPLOAD_DELAY_MS);
    await ingest({ bucket: 'b', key }, this.world.deps(open, `upload-${this.#uploads}`));
  }

  /** What runs every few minutes. */
  async sweep(now: string): Promise<void> {
    this.world.now = Math.max(this.world.now, Date.parse(now));
    await sweep(this.world.deps(open, `sweep-${now}`));
  }

  /** `14:05 opened`, each message that was said. */
  said(): readonly string[] {
    return this.world.published.map(({ kind, createdAt }) => `${createdAt.slice(11, 16)} ${kind}`);
  }

  message(index: number): { readonly subject: string; readonly text: string; readonly sms: string } {
    const entry = this.world.published.at(index);
    if (entry === undefined) throw new Error(`nothing was said at ${index}`);
    const { subject, text } = renderEmail(entry.analysis, contextOf(entry));
    return { subject, text: text.replaceAll(/\s+/g, ' '), sms: renderSms(entry.analysis, contextOf(entry)) };
  }
}
