import type { Protocol, TcpState } from '../model/socket.ts';
import { protocolNumber, stateNumber } from '../model/socket-columns.ts';
import type { Line } from './line.ts';
import { takeWords } from './tokens.ts';

/** The words with which a row of `ss` begins, and what else tells one. */

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
export const looksLikeSsRow = (line: Line): boolean => {
  const [first = '', second = ''] = takeWords(line, 2);
  return splitState(first) !== null || PROTOCOLS.has(first)
    ? splitState(first) !== null || splitState(second) !== null
    : OTHER_FAMILIES.has(first) && splitState(second) !== null;
};

interface StateWord {
  /** Its number. */
  readonly state: number;
  /** The start of the next column: `LISTEN0` of 4.15–4.19 is a state and a queue. */
  readonly rest: string;
}

const stateWord = (state: TcpState, rest: string): StateWord => ({ state: stateNumber(state), rest });

const splitState = (token: string): StateWord | null => {
  const whole = STATES.get(token);
  if (whole !== undefined) return stateWord(whole, '');
  let end = token.length;
  while (end > 0 && token.charCodeAt(end - 1) >= 48 && token.charCodeAt(end - 1) <= 57) end -= 1;
  const state = STATES.get(token.slice(0, end));
  if (state !== undefined) return stateWord(state, token.slice(end));
  const shorter = STATES.get(token.slice(0, end + 1));
  return shorter === undefined ? null : stateWord(shorter, token.slice(end + 1));
};

/** What the first words of a row may be. */
export interface SsWord {
  /** Its number. */
  readonly protocol: number | null;
  readonly state: StateWord | null;
  /** Of a family that takes no port. */
  readonly isOther: boolean;
  /** One of the three. No header and no notice begins with such a word. */
  readonly isKnown: boolean;
}

export const ssWord = (text: string): SsWord => {
  const [name, state, isOther] = [PROTOCOLS.get(text), splitState(text), OTHER_FAMILIES.has(text)];
  const protocol = name === undefined ? null : protocolNumber(name);
  return { protocol, state, isOther, isKnown: protocol !== null || state !== null || isOther };
};

/** What a section's name says that its rows may not: `ss -tnp state close-wait`. */
export interface SsDefaults {
  /** Numbers. */
  readonly protocol: number;
  readonly state: number | null;
}

export const ssDefaults = (command: string): SsDefaults => {
  const words = command.split(/\s+/);
  const filter = words[words.indexOf('state') + 1];
  const flags = words.filter((word) => word.startsWith('-') && !word.startsWith('--')).join('');
  const isUdpOnly = flags.includes('u') && !flags.includes('t');
  const state = words.includes('state') && filter !== undefined ? FILTERS.get(filter) : undefined;
  return { protocol: protocolNumber(isUdpOnly ? 'udp' : 'tcp'), state: state === undefined ? null : stateNumber(state) };
};
