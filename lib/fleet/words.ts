import type { Analysis, Cause, Member } from '../model/analysis.ts';
import { count, unquoted } from '../text/words.ts';

/** PIDs that one sentence names. */
const NAMED = 5;

/** `web-03`, `web-03 and web-04`, `web-03, web-04 and 7 more` */
export const listed = (names: readonly string[], all = names.length, limit = NAMED): string => {
  const shown = names.slice(0, all <= limit ? limit : limit - 1);
  const rest = all - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
};

type Place = { readonly peer: string; readonly port: string };

const CLAUSES: Readonly<Record<Cause, (place: Place) => string>> = {
  'close-wait-leak': ({ peer, port }) =>
    peer === '' ? `does not close connections on ${port}` : `does not close its connections to ${peer}`,
  'time-wait-churn': ({ peer }) => `opens and closes too many connections to ${peer}`,
  'connection-hoarding': ({ peer }) => `keeps too many connections to ${peer} open`,
  'listener-conflict': ({ port }) => `listens on ${port}`,
  'ephemeral-clash': ({ peer, port }) => `has ${port} for its connection to ${peer}`,
  'restart-in-time-wait': ({ port }) => `meets its own old connections on ${port}`,
  'accept-backlog': ({ port }) => `does not accept connections on ${port}`,
  'slow-consumer': ({ port }) => `reads its connections on ${port} too slowly`,
  'descriptor-exhaustion': () => 'is out of descriptors',
  inconclusive: () => 'fails',
  'host-silent': () => 'uploads nothing',
};

const placeOf = ({ culprit, resource }: Analysis): Place => {
  const port = resource.kind === 'fixed-port' ? resource.localPort : (culprit?.localPort ?? resource.localPort);
  return { peer: culprit?.peer ?? '', port: port === null ? 'its port' : `port ${port}` };
};

const withPid = ({ host, pid }: Member): string => (pid === null ? host : `pid ${pid} on ${host}`);

/** The same program on each host: what it does, and which process it is where. */
export const fleetSummary = (first: Analysis, members: readonly Member[], hostCount: number): string =>
  `${unquoted(first.culprit?.command ?? 'A program')} ${CLAUSES[first.cause](placeOf(first))} on ${count(hostCount, 'host')}: ${listed(members.map(withPid), hostCount)}.`;

/** The advice of one host, and the PIDs that it is about elsewhere: each host has its own. */
export const remedyNow = (acting: Analysis, members: readonly Member[], hostCount: number): string => {
  const others = members.filter(({ host, status }) => host !== acting.host && status === 'open');
  const hidden = hostCount - members.length;
  const advice = `On ${acting.host}: ${acting.remedy.now}`;
  if (others.length === 0) return advice;
  return `${advice} The same on ${listed(others.map(withPid), others.length + hidden)}.`;
};
