import type { Addresses } from './model.ts';
import { attempt, output } from './shell.ts';

/** Two namespaces joined by a virtual link: the host that is recorded, and the one with its peers. */
export interface Network {
  readonly host: string;
  readonly peer: string;
}

const LINK_NAME_LIMIT = 15;

const names = () => {
  const id = process.pid.toString(36);
  return {
    host: `cwlab-h-${id}`,
    peer: `cwlab-p-${id}`,
    left: `cwl${id}h`.slice(0, LINK_NAME_LIMIT),
    right: `cwl${id}p`.slice(0, LINK_NAME_LIMIT),
  };
};

const within = (namespace: string, ...argv: readonly string[]): string => output(['ip', 'netns', 'exec', namespace, ...argv]);

const join = (namespace: string, link: string, address: string, prefix: number): void => {
  const noDetection = address.includes(':') ? ['nodad'] : [];
  within(namespace, 'ip', 'address', 'add', `${address}/${prefix}`, 'dev', link, ...noDetection);
  within(namespace, 'ip', 'link', 'set', link, 'up');
  within(namespace, 'ip', 'link', 'set', 'lo', 'up');
};

export const setSysctl = (namespace: string, name: string, value: string): void => {
  within(namespace, 'sysctl', '-q', '-w', `${name}=${value}`);
};

const build = (addresses: Addresses): Network => {
  const { host, peer, left, right } = names();
  output(['ip', 'netns', 'add', host]);
  output(['ip', 'netns', 'add', peer]);
  output(['ip', 'link', 'add', left, 'netns', host, 'type', 'veth', 'peer', 'name', right, 'netns', peer]);
  join(host, left, addresses.host, addresses.prefix);
  join(peer, right, addresses.peer, addresses.prefix);
  return { host, peer };
};

const tearDown = (): void => {
  const { host, peer } = names();
  attempt(['ip', 'netns', 'delete', host]);
  attempt(['ip', 'netns', 'delete', peer]);
};

/** Removes the namespaces whatever happens, also on an interrupt. */
export const withNetwork = async <T>(addresses: Addresses, use: (network: Network) => Promise<T>): Promise<T> => {
  process.once('exit', tearDown);
  try {
    return await use(build(addresses));
  } finally {
    tearDown();
    process.removeListener('exit', tearDown);
  }
};
