import { TCP_STATES, type TcpState } from '../model/socket.ts';

/**
 * How `netstat`, `sockstat` and `lsof` spell the states. Linux: net-tools' and busybox's `tcp_state[]`. BSD and macOS: `tcpstates[]` of
 * netinet/tcp_fsm.h. Windows: the names of MIB_TCP_STATE as its netstat prints them.
 *
 * No two systems use one word for two states, so one table serves all.
 */
const SPELLINGS: Readonly<Record<TcpState, readonly string[]>> = {
  established: ['ESTABLISHED'],
  syn_sent: ['SYN_SENT'],
  syn_recv: ['SYN_RECV', 'SYN_RCVD', 'SYN_RECEIVED'],
  fin_wait1: ['FIN_WAIT1', 'FIN_WAIT_1'],
  fin_wait2: ['FIN_WAIT2', 'FIN_WAIT_2'],
  time_wait: ['TIME_WAIT'],
  // DELETE_TCB is a connection whose end Windows is freeing; BOUND (-q) has a port and no connection.
  close: ['CLOSE', 'CLOSED', 'DELETE_TCB', 'BOUND'],
  close_wait: ['CLOSE_WAIT'],
  last_ack: ['LAST_ACK'],
  listen: ['LISTEN', 'LISTENING'],
  closing: ['CLOSING'],
};

const STATES: ReadonlyMap<string, TcpState> = new Map(
  TCP_STATES.flatMap((state) => SPELLINGS[state].map((word) => [word, state] as const)),
);

/** The state that a word names, in any of the spellings; `null` for any other word. */
export const tcpStateOf = (word: string | undefined): TcpState | null => STATES.get(word ?? '') ?? null;
