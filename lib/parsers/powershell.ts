import type { Socket, TcpState } from '../model/socket.ts';
import type { Account } from './account.ts';
import { unknownStateProblem } from './languages.ts';
import type { Line } from './line.ts';
import { type ListingReader, NOT_SHOWN, owned } from './listing.ts';
import type { SocketTable } from './socket-table.ts';
import { countOr } from './tokens.ts';

/**
 * `Get-NetTCPConnection | … | ConvertTo-Csv` (or Export-Csv) of PowerShell, whose states are English in every display language:
 *
 *     "LocalAddress","LocalPort","RemoteAddress","RemotePort","State","OwningProcess"
 *     "10.0.0.4","49712","10.20.8.21","8080","CloseWait","4312"
 *     "::","135","::","0","Listen","1712"
 *
 * Columns are found by their names, so all properties may be exported. States are those of MSFT_NetTCPConnection.
 */

const STATES: ReadonlyMap<string, TcpState> = new Map(
  Object.entries<TcpState>({
    Closed: 'close',
    Listen: 'listen',
    SynSent: 'syn_sent',
    SynReceived: 'syn_recv',
    Established: 'established',
    FinWait1: 'fin_wait1',
    FinWait2: 'fin_wait2',
    CloseWait: 'close_wait',
    Closing: 'closing',
    LastAck: 'last_ack',
    TimeWait: 'time_wait',
    DeleteTCB: 'close',
    Bound: 'close',
  }),
);

/** Values are quoted, or plain (PowerShell 7 with -UseQuotes); none of those read holds a comma or a quote. */
const valuesOf = (text: string): readonly string[] =>
  text
    .trim()
    .split(',')
    .map((value) => (value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value));

export const isPowershellHeader = (text: string): boolean => {
  const names = valuesOf(text);
  return ['LocalAddress', 'LocalPort', 'RemoteAddress', 'RemotePort', 'State'].every((name) => names.includes(name));
};

const PORTS = ['LocalPort', 'RemotePort'] as const;
const MAX_PORT = 65_535;

const isPort = (text: string | undefined): boolean => (countOr(text) ?? MAX_PORT + 1) <= MAX_PORT;

/** `fe80::1%12` */
const endpointOf = (address: string, portText: string | undefined): Socket['local'] => {
  const percent = address.indexOf('%');
  const port = countOr(portText) || null;
  return percent < 0 ? { address, port } : { address: address.slice(0, percent), port, scope: address.slice(percent + 1) };
};

/** Reads the lines of one CSV of `Get-NetTCPConnection`. */
export class PowershellReader implements ListingReader {
  readonly dialect = 'powershell';
  problem: string | null = null;
  readonly #account: Account;
  readonly #sockets: SocketTable;
  #names: readonly string[] = [];

  constructor(account: Account, sockets: SocketTable) {
    this.#account = account;
    this.#sockets = sockets;
  }

  line({ text, number: line }: Line): void {
    if (isPowershellHeader(text)) {
      this.#names = valuesOf(text);
      this.#account.ignored();
      return;
    }
    if (text.trim() === '' || text.startsWith('#TYPE ')) {
      this.#account.ignored();
      return;
    }
    const socket = this.#parse(text, line);
    if (socket === null) {
      this.#account.unparsed(text, line);
      return;
    }
    this.#sockets.push(socket);
    this.#account.understood();
  }

  end(): void {}

  #parse(text: string, line: number): Socket | null {
    const values = valuesOf(text);
    const value = (name: string): string | undefined => values[this.#names.indexOf(name)];
    const [local, peer, word] = [value('LocalAddress'), value('RemoteAddress'), value('State')];
    if (values.length !== this.#names.length || local === undefined || peer === undefined || word === undefined) return null;
    const state = STATES.get(word);
    if (state === undefined) {
      this.problem ??= unknownStateProblem(word, 'windows');
      return null;
    }
    if (!PORTS.every((name) => isPort(value(name)))) return null;
    const pid = countOr(value('OwningProcess'));
    return {
      ...NOT_SHOWN,
      protocol: 'tcp',
      state,
      recvQ: null,
      sendQ: null,
      local: endpointOf(local, value('LocalPort')),
      peer: endpointOf(peer, value('RemotePort')),
      ownership: pid === null ? { kind: 'unknown' } : pid === 0 ? { kind: 'unowned' } : owned(null, pid),
      line,
    };
  }
}
