import { quotable } from './account.ts';

/** A host has a handful of namespaces that matter; one with hundreds of containers must not make hundreds of digests a minute. */
export const MAX_NAMESPACES = 8;
const NETNS = ' @netns ';
const MAX_NAME = 64;

/** `ss -tanpe @netns blue` is the section `ss -tanpe` of the network namespace `blue` (DESIGN.md, "Upload contract"). */
export const splitNamespace = (header: string): { readonly name: string; readonly netns: string | null } => {
  const at = header.lastIndexOf(NETNS);
  const netns = at < 0 ? '' : header.slice(at + NETNS.length).trim();
  return netns === '' ? { name: header, netns: null } : { name: header.slice(0, at).trim(), netns: quotable(netns, MAX_NAME) };
};
