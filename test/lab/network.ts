import type { Addresses, Place, Third } from './model.ts';
import { attempt, output } from './shell.ts';

/** Namespaces joined by virtual links: the host that is recorded, the one with its peers, and sometimes a third. */
export type Network = Readonly<Record<Place, string>>;

const PREFIX = 'cwlab-';
const LINK_NAME_LIMIT = 15;

/** Where a network's names come from: the run's PID, so that two runs at once do not meet and what a killed run left is known for it. */
interface Names {
  readonly network: Network;
  link(end: string): string;
}

let networks = 0;

const newNames = (): Names => {
  networks += 1;
  const id = `${networks.toString(36)}-${process.pid.toString(36)}`;
  const nameOf = (place: Place): string => `${PREFIX}${place[0]}-${id}`;
  return {
    network: { host: nameOf('host'), peer: nameOf('peer'), third: nameOf('third') },
    link: (end) => `cw${id}${end}`.slice(-LINK_NAME_LIMIT),
  };
};

const within = (namespace: string, ...argv: readonly string[]): string => output(['ip', 'netns', 'exec', namespace, ...argv]);

const addAddress = (namespace: string, link: string, address: string, prefix: number): void => {
  const noDetection = address.includes(':') ? ['nodad'] : [];
  within(namespace, 'ip', 'address', 'add', `${address}/${prefix}`, 'dev', link, ...noDetection);
};

const up = (namespace: string, link: string): void => {
  within(namespace, 'ip', 'link', 'set', link, 'up');
  within(namespace, 'ip', 'link', 'set', 'lo', 'up');
};

export const setSysctl = (namespace: string, name: string, value: string): void => {
  within(namespace, 'sysctl', '-q', '-w', `${name}=${value}`);
};

const link = (from: string, to: string, ends: readonly [string, string]): void => {
  const [left, right] = ends;
  output(['ip', 'link', 'add', left, 'netns', from, 'type', 'veth', 'peer', 'name', right, 'netns', to]);
};

const buildPair = ({ network, link: name }: Names, { host, peer, prefix, more = [] }: Addresses): void => {
  const ends = [name('h'), name('p')] as const;
  output(['ip', 'netns', 'add', network.host]);
  output(['ip', 'netns', 'add', network.peer]);
  link(network.host, network.peer, ends);
  addAddress(network.host, ends[0], host, prefix);
  for (const address of [peer, ...more]) addAddress(network.peer, ends[1], address, prefix);
  up(network.host, ends[0]);
  up(network.peer, ends[1]);
};

/** A link of its own to the peer, which has its addresses on the other link and answers for them here too. */
const buildThird = ({ network, link: name }: Names, { address }: Third, { prefix }: Addresses): void => {
  const ends = [name('t'), name('q')] as const;
  output(['ip', 'netns', 'add', network.third]);
  link(network.third, network.peer, ends);
  addAddress(network.third, ends[0], address, prefix);
  up(network.third, ends[0]);
  up(network.peer, ends[1]);
  within(network.peer, 'ip', 'route', 'add', `${address}/32`, 'dev', ends[1]);
};

const namespaces = (): readonly string[] =>
  output(['ip', 'netns', 'list'])
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((name) => name.startsWith(PREFIX));

export const processesIn = (namespace: string): readonly number[] =>
  output(['ip', 'netns', 'pids', namespace])
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);

const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
};

/** A namespace outlives its name as long as a process is in it. */
const remove = (namespace: string): void => {
  for (const pid of processesIn(namespace)) kill(pid);
  attempt(['ip', 'netns', 'delete', namespace]);
};

const ownerLives = (namespace: string): boolean => {
  try {
    process.kill(Number.parseInt(namespace.slice(namespace.lastIndexOf('-') + 1), 36), 0);
    return true;
  } catch {
    return false;
  }
};

/** Removes what runs that were killed have left behind. */
export const removeStaleNetworks = (): void => {
  for (const namespace of namespaces().filter((name) => !ownerLives(name))) remove(namespace);
};

const tearDown = (network: Network): void => {
  const own = new Set(Object.values(network));
  for (const namespace of namespaces().filter((name) => own.has(name))) remove(namespace);
};

/** Removes the namespaces and all that runs in them whatever happens, also on an interrupt. */
export const withNetwork = async <T>(addresses: Addresses, third: Third | undefined, use: (network: Network) => Promise<T>): Promise<T> => {
  const names = newNames();
  const end = (): void => tearDown(names.network);
  process.once('exit', end);
  try {
    buildPair(names, addresses);
    if (third !== undefined) buildThird(names, third, addresses);
    return await use(names.network);
  } finally {
    end();
    process.removeListener('exit', end);
  }
};
