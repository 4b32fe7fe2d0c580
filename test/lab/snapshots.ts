import { readdirSync, readFileSync } from 'node:fs';
import { processesIn } from './actors.ts';
import { commandOf } from './dialects.ts';
import type { Scenario } from './model.ts';
import { output } from './shell.ts';

export interface TakenSnapshot {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

const SYSCTLS = [
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_tw_reuse',
  'net.core.somaxconn',
];

const stamp = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

const within = (namespace: string, argv: readonly string[]): string => output(['ip', 'netns', 'exec', namespace, ...argv]);

const LIMIT_LINE = /^Max open files +(\S+) +(\S+)/m;

/** `pid open soft hard`, or nothing where the process has gone meanwhile. */
const descriptorsOf = (pid: number): readonly string[] => {
  try {
    const [, soft = '', hard = ''] = LIMIT_LINE.exec(readFileSync(`/proc/${pid}/limits`, 'utf8')) ?? [];
    return [`${pid} ${readdirSync(`/proc/${pid}/fd`).length} ${soft} ${hard}`];
  } catch {
    return [];
  }
};

const processTable = (pids: readonly number[]): string => {
  const columns = 'pid,ppid,user:32,etimes,args';
  return pids.length === 0 ? '' : output(['ps', '-ww', '-o', columns, '-p', pids.join(',')]);
};

const section = (title: string, body: string): string => `==> ${title} <==\n${body.trimEnd()}\n`;

const sectioned = (scenario: Scenario, namespace: string, at: number): string => {
  const { argv, title } = commandOf(scenario.dialect);
  const kernel = readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim();
  const sockets = within(namespace, argv);
  const pids = processesIn(namespace);
  return [
    section('meta', `host: ${scenario.host}\ntaken_at: ${stamp(at)}\nkernel: ${kernel}`),
    section(title, sockets),
    section('sysctl', within(namespace, ['sysctl', ...SYSCTLS])),
    section('ps -o pid,ppid,user:32,etimes,args', processTable(pids)),
    section('fds', ['pid open soft hard', ...pids.flatMap(descriptorsOf)].join('\n')),
  ].join('\n');
};

/** The cron line of DESIGN.md: the raw listing, then what `tail -vn +1` prints of the range. */
const cronLine = (scenario: Scenario, namespace: string): string => {
  const { argv } = commandOf(scenario.dialect);
  return within(namespace, argv) + within(namespace, ['tail', '-vn', '+1', '/proc/sys/net/ipv4/ip_local_port_range']);
};

/** Looks at the host as its cron would. */
export const takeSnapshot = (scenario: Scenario, namespace: string): TakenSnapshot => {
  const at = Date.now();
  return { at, text: scenario.shape === 'cron' ? cronLine(scenario, namespace) : sectioned(scenario, namespace, at) };
};
