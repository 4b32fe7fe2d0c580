import type { Ownership, Protocol, Socket, TcpState } from '../model/socket.ts';
import { parseEndpoint } from './endpoint.ts';
import { OPEN, parseUsers } from './ss-users.ts';

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

/** More would be another number when read. */
const MAX_DIGITS = 15;

const isCount = (token: string): boolean => {
  if (token === '' || token.length > MAX_DIGITS) return false;
  for (let i = 0; i < token.length; i += 1) {
    const code = token.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
};

/** Takes whitespace-separated tokens off a line without splitting all of it: the tail may be long and is read otherwise. */
class Cursor {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  next(): string {
    const { text } = this;
    let start = this.at;
    while (start < text.length && text.charCodeAt(start) <= 32) start += 1;
    let end = start;
    while (end < text.length && text.charCodeAt(end) > 32) end += 1;
    this.at = end;
    return text.slice(start, end);
  }
}

interface Columns {
  readonly protocol: Protocol | 'other';
  readonly state: TcpState;
  readonly recvQ: number | null;
  readonly sendQ: number | null;
  readonly local: string;
  readonly peer: string;
}

/** Reads the columns up to the peer; `null` where the line is no row. */
const readColumns = (cursor: Cursor, defaults: SsDefaults): Columns | null => {
  let token = cursor.next();
  let protocol: Protocol | 'other' = defaults.protocol;
  if (OTHER_FAMILIES.has(token)) return { protocol: 'other', state: 'close', recvQ: null, sendQ: null, local: '', peer: '' };
  const named = PROTOCOLS.get(token);
  if (named !== undefined) {
    protocol = named;
    token = cursor.next();
  }
  const split = splitState(token);
  const state = split?.state ?? defaults.state;
  if (state === null) return null;
  if (split !== null) token = split.rest === '' ? cursor.next() : split.rest;
  if (!isCount(token)) {
    const peer = cursor.next();
    return { protocol, state, recvQ: null, sendQ: null, local: token, peer };
  }
  const sendQ = cursor.next();
  if (!isCount(sendQ)) return null;
  return { protocol, state, recvQ: Number(token), sendQ: Number(sendQ), local: cursor.next(), peer: cursor.next() };
};

/** The value behind ` name:` in the extras; they stand behind the owners, so no program's name can forge them. */
const extra = (extras: string, name: string): string | null => {
  const start = extras.indexOf(` ${name}:`);
  if (start < 0) return null;
  const from = start + name.length + 2;
  const end = extras.indexOf(' ', from);
  return extras.slice(from, end < 0 ? undefined : end);
};

const numberOr = (text: string | null): number | null => (text !== null && isCount(text) ? Number(text) : null);

interface Tail {
  readonly ownership: Ownership;
  readonly extras: string;
}

/** `'open'` where a name's raw newline has broken the row. */
const readTail = (tail: string): Tail | 'open' => {
  const start = tail.indexOf(OPEN);
  const cgroup = tail.indexOf(' cgroup:');
  if (start < 0 || (cgroup >= 0 && cgroup < start)) return { ownership: { kind: 'unowned' }, extras: tail };
  const users = parseUsers(tail, start);
  if (users === null) return 'open';
  const [first, ...others] = users.owners;
  const extras = `${tail.slice(0, start)} ${tail.slice(users.end)}`;
  return { ownership: first === undefined ? { kind: 'unowned' } : { kind: 'owned', owners: [first, ...others] }, extras };
};

/** What a section's name says that its rows may not: `ss -tnp state close-wait`. */
export interface SsDefaults {
  readonly protocol: Protocol;
  readonly state: TcpState | null;
}

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

export type SsRow = Omit<Socket, 'line'>;

/** `lastack:` in an information line. */
export const lastAckIn = (text: string): number | null => numberOr(extra(text.replaceAll('\t', ' '), 'lastack'));

/** One row, `'open'` where a raw newline in a program's name has broken it, `'other'` for a family that takes no port, `null` for no row. */
export const parseSsRow = (text: string, defaults: SsDefaults): SsRow | 'open' | 'other' | null => {
  const cursor = new Cursor(text);
  const columns = readColumns(cursor, defaults);
  if (columns === null) return null;
  if (columns.protocol === 'other') return 'other';
  const local = parseEndpoint(columns.local);
  const peer = parseEndpoint(columns.peer);
  if (local === null || peer === null) return null;
  const tail = readTail(text.slice(cursor.at));
  if (tail === 'open') return 'open';
  const { extras } = tail;
  const inode = extra(extras, 'ino');
  const v6only = extra(extras, 'v6only');
  return {
    protocol: columns.protocol,
    state: columns.state,
    recvQ: columns.recvQ,
    sendQ: columns.sendQ,
    local,
    peer,
    ownership: tail.ownership,
    inode: numberOr(inode),
    cookie: extra(extras, 'sk'),
    cgroup: extra(extras, 'cgroup'),
    lastAckMs: numberOr(extra(extras, 'lastack')),
    v6only: v6only === null ? null : v6only === '1',
  };
};
