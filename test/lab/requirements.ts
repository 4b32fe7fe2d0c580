import { attempt, succeeds } from './shell.ts';

/** What the lab needs of a machine, and how to see whether it is there. */
const TOOLS: readonly (readonly [what: string, ...argv: readonly string[]])[] = [
  ['ip (iproute2)', 'ip', '-V'],
  ['ss (iproute2)', 'ss', '-V'],
  ['netstat (net-tools)', 'netstat', '--version'],
  ['nsenter and setpriv (util-linux)', 'setpriv', 'nsenter', '--version'],
  ['/usr/bin/python3', '/usr/bin/python3', '-c', 'import asyncio, ctypes'],
  ['sysctl and ps (procps)', 'sysctl', 'kernel.ostype'],
];

const TRIAL_NAMESPACE = `cwlab-trial-${process.pid.toString(36)}`;

/** Containers often forbid it, even to root. */
const canMakeNamespaces = (): boolean => {
  const isMade = succeeds(['ip', 'netns', 'add', TRIAL_NAMESPACE]);
  const isUsable = isMade && succeeds(['ip', 'netns', 'exec', TRIAL_NAMESPACE, 'ip', 'link', 'set', 'lo', 'up']);
  attempt(['ip', 'netns', 'delete', TRIAL_NAMESPACE]);
  return isUsable;
};

/** What is missing, as whole sentences; empty where the lab can run. */
export const missing = (needsJava: boolean): readonly string[] => {
  if (process.platform !== 'linux') return ['The lab needs Linux.'];
  if (process.getuid?.() !== 0) return ['The lab needs root: it makes network namespaces.'];
  const absent = TOOLS.filter(([, ...argv]) => !succeeds(argv)).map(([what]) => `The lab needs ${what}.`);
  if (needsJava && !succeeds(['javac', '-version'])) absent.push('Some of these scenarios need a JDK (javac).');
  if (absent.length > 0) return absent;
  return canMakeNamespaces() ? [] : ['This machine does not let root make network namespaces (`ip netns add`).'];
};

/** @throws Error that says all that is missing. */
export const requireTools = (needsJava: boolean): void => {
  const lacking = missing(needsJava);
  if (lacking.length > 0) throw new Error(lacking.join(' '));
};
