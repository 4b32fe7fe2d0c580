import { createHash } from 'node:crypto';
import type { Analysis } from '../model/analysis.ts';

const digest = (value: readonly unknown[], length: number): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, length);

/** A loopback peer is another one on each host: the same address there proves no common cause. */
const isOwnToHost = (peer: string): boolean => /^(?:127\.|\[::1\]|\[::ffff:127\.|::1)/i.test(peer);

type About = Pick<Analysis, 'cause' | 'side' | 'culprit' | 'resource'>;

/** Where the trouble is: the peer and a fixed port that is contested on the client side, the service's port on the server side. */
const placeOf = ({ side, culprit, resource }: About): readonly unknown[] | null => {
  if (side === 'client') {
    const peer = culprit?.peer ?? null;
    return peer === null || isOwnToHost(peer) ? null : [peer, resource.kind === 'fixed-port' ? resource.localPort : null];
  }
  const port = culprit?.localPort ?? resource.localPort;
  return side === 'server' && port !== null ? [port] : null;
};

/**
 * What makes findings on several hosts the same trouble: cause, side, program, and peer or service port; never a PID or a count. Hashed,
 * since programs are named by hosts. `null` where too little is known to say that two hosts have the same cause.
 */
export const fleetKey = (analysis: About): string | null => {
  const command = analysis.culprit?.command ?? null;
  const place = placeOf(analysis);
  if (analysis.cause === 'inconclusive' || command === null || place === null) return null;
  return digest([analysis.cause, analysis.side, command, ...place], 16);
};

/** In the form of a case's id, with `fleet` in the host's place. A fleet that was over for long and comes back has another. */
export const fleetId = (key: string, episode: number): string => `fleet~${digest([key, episode], 10)}`;

/** The hash within a case's id: tells cases of all hosts apart in a tenth of the space. */
export const shortId = (caseId: string): string => caseId.slice(caseId.lastIndexOf('~') + 1);
