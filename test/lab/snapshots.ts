import { readdirSync, readFileSync } from 'node:fs';
import { commandOf } from './dialects.ts';
import type { Scenario, Section } from './model.ts';
import { type Network, processesIn } from './network.ts';
import { output } from './shell.ts';

export interface TakenSnapshot {
  /** The name under which the host uploads. */
  readonly host: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

/** A host that uploads: where its default network is, and the further network namespaces it has. */
interface View {
  readonly host: string;
  readonly namespace: string;
  readonly others: readonly { readonly name: string; readonly namespace: string }[];
}

const SYSCTLS = [
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_tw_reuse',
  'net.core.somaxconn',
];

const stamp = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** With the machine's own /sys, which `ip netns exec` hides: `ss -e` finds the cgroups there. */
const within = (namespace: string, argv: readonly string[]): string => output(['nsenter', `--net=/run/netns/${namespace}`, ...argv]);

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

/** What `tail -vn +1 FILE…` prints has its headers already. */
const listing = (scenario: Scenario, namespace: string, suffix: string): string => {
  const { argv, title } = commandOf(scenario.dialect);
  const text = within(namespace, argv);
  return title === null ? text : section(`${title}${suffix}`, text);
};

const sectioned = (scenario: Scenario, view: View, at: number): string => {
  const kernel = readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim();
  const sysctl = (namespace: string): string => within(namespace, ['sysctl', ...SYSCTLS]);
  const sockets = listing(scenario, view.namespace, '');
  const others = view.others.flatMap(({ name, namespace }) => [
    listing(scenario, namespace, ` @netns ${name}`),
    section(`sysctl @netns ${name}`, sysctl(namespace)),
  ]);
  const pids = [view.namespace, ...view.others.map(({ namespace }) => namespace)].flatMap(processesIn);
  const has = (name: Section): boolean => !(scenario.without ?? []).includes(name);
  return [
    ...(has('meta') ? [section('meta', `host: ${view.host}\ntaken_at: ${stamp(at)}\nkernel: ${kernel}`)] : []),
    sockets,
    ...(has('sysctl') ? [section('sysctl', sysctl(view.namespace))] : []),
    ...others,
    ...(has('ps') ? [section('ps -o pid,ppid,user:32,etimes,args', processTable(pids))] : []),
    ...(has('fds') ? [section('fds', ['pid open soft hard', ...pids.flatMap(descriptorsOf)].join('\n'))] : []),
  ].join('\n');
};

/** The cron line of DESIGN.md: the raw listing, then what `tail -vn +1` prints of the range. */
const cronLine = (scenario: Scenario, namespace: string): string => {
  const { argv } = commandOf(scenario.dialect);
  return within(namespace, argv) + within(namespace, ['tail', '-vn', '+1', '/proc/sys/net/ipv4/ip_local_port_range']);
};

const viewsOf = ({ host, third, peerUploadsAs }: Scenario, network: Network): readonly View[] => [
  { host, namespace: network.host, others: third?.kind === 'namespace' ? [{ name: third.name, namespace: network.third }] : [] },
  ...(third?.kind === 'host' ? [{ host: third.name, namespace: network.third, others: [] }] : []),
  ...(peerUploadsAs === undefined ? [] : [{ host: peerUploadsAs, namespace: network.peer, others: [] }]),
];

/** Looks at each host as its cron would. */
export const takeSnapshots = (scenario: Scenario, network: Network): readonly TakenSnapshot[] =>
  viewsOf(scenario, network).map((view) => {
    const at = Date.now();
    return { host: view.host, at, text: scenario.shape === 'cron' ? cronLine(scenario, view.namespace) : sectioned(scenario, view, at) };
  });
