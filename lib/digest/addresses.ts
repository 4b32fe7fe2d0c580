import type { Census } from './census.ts';
import { tally } from './numbering.ts';
import { isAnyAddress } from './side.ts';

/** A host with more is a router or a cluster's node, whose busiest addresses are the ones that matter. */
const MAX_ADDRESSES = 8;

/** Loopback and link-local addresses are every host's: they tell nobody from another (RFC 1122 §3.2.1.3, RFC 3927, RFC 4291 §2.5). */
const isEveryones = (address: string): boolean =>
  isAnyAddress(address) || address === '::1' || /^(?:127\.|169\.254\.)/.test(address) || /^fe[89ab][0-9a-f]:/i.test(address);

/** The host's own addresses that its sockets show, commonest first. */
export const ownAddresses = ({ address, addresses }: Census): readonly string[] => {
  const sockets = tally(address, addresses.size);
  const own: { readonly text: string; readonly sockets: number }[] = [];
  for (let i = 0; i < sockets.length; i += 1) {
    // Nearly all addresses are others'.
    if (sockets[i] === 0) continue;
    const text = addresses.textOf(i);
    if (!isEveryones(text)) own.push({ text, sockets: sockets[i] ?? 0 });
  }
  return own
    .sort((a, b) => b.sockets - a.sockets || (a.text < b.text ? -1 : 1))
    .slice(0, MAX_ADDRESSES)
    .map(({ text }) => text);
};
