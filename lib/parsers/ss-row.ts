import type { Endpoint, Owner, Ownership, Protocol, Socket, TcpState } from '../model/socket.ts';
import type { Endpoints } from './endpoint.ts';
import { type Owners, UNOWNED } from './owners.ts';
import { OPEN, parseUsers } from './ss-users.ts';
import { Cursor } from './tokens.ts';

/** One row of `ss`: read by its content, from the left. `ss.ts` tells why. */

const STATES: ReadonlyMap<string, TcpState> = new Map(
  Object.entries<TcpState>({
    ESTAB: 'established',
    'SYN-SENT': 'syn_sent',
    'SYN-RECV': 'syn_recv',
    'FIN-WAIT-1': 'fin_wait1',
    'FIN-WAIT-2': 'fin_wait2',
    'TIME-WAIT': 'time_wait',
    UNCONN: 'close',
    'CLOSE-WAIT': 'close_wait',
    'LAST-ACK': 'last_ack',
    LISTEN: 'listen',
    CLOSING: 'closing',
  }),
);

/** `ss state NAME`: the filter's spelling, for rows that then have no State column. */
const FILTERS: ReadonlyMap<string, TcpState> = new Map(
  Object.entries<TcpState>({
    established: 'established',
    'syn-sent': 'syn_sent',
    'syn-recv': 'syn_recv',
    'fin-wait-1': 'fin_wait1',
    'fin-wait-2': 'fin_wait2',
    'time-wait': 'time_wait',
    closed: 'close',
    'close-wait': 'close_wait',
    'last-ack': 'last_ack',
    listening: 'listen',
    listen: 'listen',
    closing: 'closing',
  }),
);

const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map(
  Object.entries<Protocol>({
    tcp: 'tcp',
    udp: 'udp',
    raw: 'raw',
    icmp: 'icmp',
    icmp6: 'icmp',
    dccp: 'dccp',
    sctp: 'sctp',
    mptcp: 'mptcp',
  }),
);
/** Families that take no port. */
const OTHER_FAMILIES = new Set([
  'nl',
  'u_str',
  'u_dgr',
  'u_seq',
  'p_raw',
  'p_dgr',
  'v_str',
  'v_dgr',
  'xdp',
  'tipc',
  'ti_rd',
  'ti_sq',
  'ti_st',
  'ti_dg',
  '???',
]);

export const isSsHeader = (text: string): boolean =>
  text.includes('Address:Port') &&
  (text.startsWith('Netid') || text.startsWith('State') || text.startsWith('Recv-Q') || text.startsWith('Local'));

/** Whether a line can only be a row of `ss`: for text without a header. */
export const looksLikeSsRow = (text: string): boolean => {
  const [first = '', second = ''] = text.trimStart().split(/\s+/, 2);
  return splitState(first) !== null || PROTOCOLS.has(first)
    ? splitState(first) !== null || splitState(second) !== null
    : OTHER_FAMILIES.has(first) && splitState(second) !== null;
};

/** `LISTEN0` of 4.15–4.19 is a state and the start of the next column. */
const splitState = (token: string): { readonly state: TcpState; readonly rest: string } | null => {
  const whole = STATES.get(token);
  if (whole !== undefined) return { state: whole, rest: '' };
  let end = token.length;
  while (end > 0 && token.charCodeAt(end - 1) >= 48 && token.charCodeAt(end - 1) <= 57) end -= 1;
  const state = STATES.get(token.slice(0, end));
  if (state !== undefined) return { state, rest: token.slice(end) };
  const shorter = STATES.get(token.slice(0, end + 1));
  return shorter === undefined ? null : { state: shorter, rest: token.slice(end + 1) };
};

/** What a section's name says that its rows may not: `ss -tnp state close-wait`. */
export interface SsDefaults {
  readonly protocol: Protocol;
  readonly state: TcpState | null;
}

/** What the rows of one listing have in common. */
export interface SsContext {
  readonly defaults: SsDefaults;
  readonly endpoints: Endpoints;
  readonly owners: Owners;
}

interface Columns {
  readonly protocol: Protocol | 'other';
  readonly state: TcpState;
  readonly recvQ: number | null;
  readonly sendQ: number | null;
  readonly local: Endpoint | null;
  readonly peer: Endpoint | null;
}

/** The state that a row begins with, if it does, behind its protocol. */
const readState = (cursor: Cursor, token: string, defaults: SsDefaults): TcpState | null => {
  const split = splitState(token);
  if (split === null) {
    // No state: the word is the next column's.
    cursor.at -= token.length;
    return defaults.state;
  }
  cursor.at -= split.rest.length;
  return split.state;
};

/** Reads the columns up to the peer; `null` where the line is no row. */
const readColumns = (cursor: Cursor, { defaults, endpoints }: SsContext): Columns | null => {
  let token = cursor.next();
  let protocol: Protocol | 'other' = defaults.protocol;
  if (!STATES.has(token)) {
    if (OTHER_FAMILIES.has(token)) return { protocol: 'other', state: 'close', recvQ: null, sendQ: null, local: null, peer: null };
    const named = PROTOCOLS.get(token);
    if (named !== undefined) {
      protocol = named;
      token = cursor.next();
    }
  }
  const state = readState(cursor, token, defaults);
  if (state === null) return null;
  const recvQ = cursor.count();
  if (recvQ < 0) return { protocol, state, recvQ: null, sendQ: null, local: endpoints.local(cursor), peer: endpoints.peer(cursor) };
  const sendQ = cursor.count();
  if (sendQ < 0) return null;
  return { protocol, state, recvQ, sendQ, local: endpoints.local(cursor), peer: endpoints.peer(cursor) };
};

/** The value behind ` name:` in an information line. */
const extra = (extras: string, name: string): string | null => {
  const start = extras.indexOf(` ${name}:`);
  if (start < 0) return null;
  const from = start + name.length + 2;
  const end = extras.indexOf(' ', from);
  return extras.slice(from, end < 0 ? undefined : end);
};

const numberOr = (text: string | undefined | null): number | null => (text != null && /^\d+$/.test(text) ? Number(text) : null);

const EXTRAS = ['ino', 'sk', 'cgroup', 'v6only', 'lastack'] as const;
type Extras = Partial<Record<(typeof EXTRAS)[number], string>>;

const SPACE = ' ';

/** Takes ` name:value` of the extras between two places; the first of a name stands. They stand behind the owners, so no program's name can forge them. */
const readExtras = (text: string, from: number, to: number, into: Extras): void => {
  for (let space = text.indexOf(SPACE, from); space >= 0 && space < to; ) {
    const start = space + 1;
    const next = text.indexOf(SPACE, start);
    space = next;
    const name = EXTRAS.find((one) => text.startsWith(one, start) && text[start + one.length] === ':');
    if (name !== undefined) into[name] ??= text.slice(start + name.length + 1, next < 0 || next > to ? to : next);
  }
};

interface Tail {
  readonly ownership: Ownership;
  readonly extras: Extras;
}

const NO_EXTRAS: Extras = {};

const ownershipOf = (owners: readonly Owner[], known: Owners): Ownership => {
  const [first, ...others] = owners;
  if (first === undefined) return UNOWNED;
  return others.length === 0 ? known.one(first.command, first.pid) : { kind: 'owned', owners: [first, ...others] };
};

/** `'open'` where a name's raw newline has broken the row. */
const readTail = (text: string, from: number, known: Owners): Tail | 'open' => {
  const start = text.indexOf(OPEN, from);
  // A cgroup's path may hold what looks like owners; behind the peer there is mostly nothing before them.
  const isInPath = start > from + 1 && text.lastIndexOf(' cgroup:', start) >= from;
  if (start < 0 || isInPath) return { ownership: UNOWNED, extras: extrasOf(text, from, text.length) };
  const users = parseUsers(text, start);
  if (users === null) return 'open';
  const ownership = ownershipOf(users.owners, known);
  if (users.end === text.length && start === from + 1) return { ownership, extras: NO_EXTRAS };
  const extras: Extras = {};
  readExtras(text, from, start, extras);
  readExtras(text, users.end, text.length, extras);
  return { ownership, extras };
};

const extrasOf = (text: string, from: number, to: number): Extras => {
  if (to - from < 2) return NO_EXTRAS;
  const extras: Extras = {};
  readExtras(text, from, to, extras);
  return extras;
};

export const ssDefaults = (command: string): SsDefaults => {
  const words = command.split(/\s+/);
  const filter = words[words.indexOf('state') + 1];
  const flags = words.filter((word) => word.startsWith('-') && !word.startsWith('--')).join('');
  const isUdpOnly = flags.includes('u') && !flags.includes('t');
  return {
    protocol: isUdpOnly ? 'udp' : 'tcp',
    state: words.includes('state') && filter !== undefined ? (FILTERS.get(filter) ?? null) : null,
  };
};

/** `lastack:` in an information line. */
export const lastAckIn = (text: string): number | null => numberOr(extra(text.replaceAll('\t', ' '), 'lastack'));

/** One row, `'open'` where a raw newline in a program's name has broken it, `'other'` for a family that takes no port, `null` for no row. */
export const parseSsRow = (text: string, line: number, context: SsContext): Socket | 'open' | 'other' | null => {
  const cursor = new Cursor(text);
  const columns = readColumns(cursor, context);
  if (columns === null) return null;
  const { protocol, local, peer } = columns;
  if (protocol === 'other') return 'other';
  if (local === null || peer === null) return null;
  const tail = readTail(text, cursor.at, context.owners);
  if (tail === 'open') return 'open';
  const { ino, sk, cgroup, v6only, lastack } = tail.extras;
  return {
    protocol,
    state: columns.state,
    recvQ: columns.recvQ,
    sendQ: columns.sendQ,
    local,
    peer,
    ownership: tail.ownership,
    inode: numberOr(ino),
    cookie: sk ?? null,
    cgroup: cgroup ?? null,
    lastAckMs: numberOr(lastack),
    v6only: v6only === undefined ? null : v6only === '1',
    line,
  };
};
