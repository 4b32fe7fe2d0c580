import type { Socket } from '../model/socket.ts';
import { isAnyAddress } from './side.ts';

/** A host with more is a router or a cluster's node, whose busiest addresses are the ones that matter. */
const MAX_ADDRESSES = 8;

/** Loopback and link-local addresses are every host's: they tell nobody from another (RFC 1122 §3.2.1.3, RFC 3927, RFC 4291 §2.5). */
const isEveryones = (address: string): boolean =>
  isAnyAddress(address) || address === '::1' || /^(?:127\.|169\.254\.)/.test(address) || /^fe[89ab][0-9a-f]:/i.test(address);

/** The host's own addresses that its sockets show, commonest first. */
export const ownAddresses = (sockets: readonly Socket[]): readonly string[] => {
  const counts = new Map<string, number>();
  for (const { local } of sockets) if (!isEveryones(local.address)) counts.set(local.address, (counts.get(local.address) ?? 0) + 1);
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, MAX_ADDRESSES)
    .map(([address]) => address);
};
