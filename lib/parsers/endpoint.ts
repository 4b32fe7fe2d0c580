import type { Endpoint } from '../model/socket.ts';
import { NO_PORT } from '../model/socket-columns.ts';
import type { AddressBook } from './address-book.ts';
import { digitsIn, type Line } from './line.ts';
import { Memo } from './memo.ts';
import type { ReadEnd } from './socket-table.ts';

/** Names that `ss` and `netstat` print for ports without `-n`: the common ones of /etc/services (IANA). */
const SERVICES: ReadonlyMap<string, number> = new Map(
  Object.entries<number>({
    ftp: 21,
    ssh: 22,
    telnet: 23,
    smtp: 25,
    domain: 53,
    bootps: 67,
    bootpc: 68,
    http: 80,
    www: 80,
    kerberos: 88,
    pop3: 110,
    sunrpc: 111,
    ntp: 123,
    imap: 143,
    imap2: 143,
    snmp: 161,
    ldap: 389,
    https: 443,
    'microsoft-ds': 445,
    submission: 587,
    ipp: 631,
    ldaps: 636,
    imaps: 993,
    pop3s: 995,
    'ms-sql-s': 1433,
    nfs: 2049,
    mysql: 3306,
    postgresql: 5432,
    amqp: 5672,
    redis: 6379,
    'http-alt': 8080,
    webcache: 8080,
    'https-alt': 8443,
    mdns: 5353,
    x11: 6000,
    zabbix: 10050,
  }),
);

const MAX_PORT = 65_535;
const MAPPED = '::ffff:';

const portOf = (text: string): number | null => {
  const port = Number(text);
  if (Number.isInteger(port) && text !== '' && port >= 0 && port <= MAX_PORT) return port;
  return SERVICES.get(text) ?? null;
};

/** A v4-mapped address shares its ports with IPv4: it is one address with it. */
const plainAddress = (text: string): string => {
  const address = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  return address.startsWith(MAPPED) && address.includes('.') ? address.slice(MAPPED.length) : address;
};

type Host = Omit<Endpoint, 'port'>;

/** What stands before the port: `10.0.0.1`, `[::1]`, `127.0.0.53%lo`, `[fe80::1]%eth0`, `*`. */
const hostOf = (host: string): Host => {
  const percent = host.indexOf('%');
  if (percent < 0) return { address: plainAddress(host) };
  const scope = host.slice(percent + 1).replace(']', '');
  const bare = host.slice(0, percent);
  return { address: plainAddress(bare.startsWith('[') ? bare.replace(']', '').slice(1) : bare), scope };
};

const endpoint = ({ address, scope }: Host, port: number | null): Endpoint =>
  scope === undefined ? { address, port } : { address, port, scope };

/**
 * Reads `10.0.0.1:80`, `[::1]:80`, `:::80`, `127.0.0.53%lo:53`, `[fe80::1]%eth0:22`, `*:80`, `0.0.0.0:*`: the last colon divides
 * (KERNEL.md). `null` where there is none.
 */
export const parseEndpoint = (text: string): Endpoint | null => {
  const colon = text.lastIndexOf(':');
  return colon < 1 ? null : endpoint(hostOf(text.slice(0, colon)), portOf(text.slice(colon + 1)));
};

/** Hosts in brackets or with a scope that one listing's ends repeat; beyond, some are worked out again. */
const HOSTS = 2048;

const [OPENING, CLOSING, PERCENT, COLON, NOT_ASCII] = [0x5b, 0x5d, 0x25, 0x3a, 0x80] as const;

const bracketsAround = (bytes: Buffer, start: number, end: number): 0 | 1 =>
  end - start > 1 && bytes[start] === OPENING && bytes[end - 1] === CLOSING ? 1 : 0;

/** Neither in brackets nor mapped. */
const isBare = (bytes: Buffer, start: number): boolean => bytes[start] !== OPENING && bytes[start] !== COLON;

/** Whether a bare host is an address as it stands: without a scope. */
const isAddress = (bytes: Buffer, start: number, end: number): boolean => {
  for (let at = start; at < end; at += 1) if (bytes[at] === PERCENT || (bytes[at] ?? 0) >= NOT_ASCII) return false;
  return true;
};

interface KnownHost {
  /** Its number. */
  readonly address: number;
  readonly scope: string | null;
}

/** The hosts of one listing. */
export class Hosts {
  readonly #addresses: AddressBook;
  /** Those that are not simply an address. */
  readonly #memo: Memo<KnownHost>;

  constructor(addresses: AddressBook) {
    this.#addresses = addresses;
    this.#memo = new Memo((bytes, start, end) => this.#learn(bytes, start, end), HOSTS);
  }

  /** What stands before the port of the word that was taken last: its number where it is simply an address, else -1. */
  address({ bytes, wordStart, colon, hostHash }: Line): number {
    if (!isBare(bytes, wordStart)) return -1;
    const known = this.#addresses.find(bytes, wordStart, colon, hostHash);
    if (known >= 0) return known;
    return isAddress(bytes, wordStart, colon) ? this.#addresses.add(bytes, wordStart, colon, hostHash) : -1;
  }

  /** The same, whatever it is. */
  host({ bytes, wordStart, colon, hostHash }: Line): KnownHost {
    return this.#memo.of(bytes, wordStart, colon, hostHash);
  }

  #learn(bytes: Buffer, start: number, end: number): KnownHost {
    const inner = bracketsAround(bytes, start, end);
    const [from, to] = [start + inner, end - inner];
    if (inner === 1 && isBare(bytes, from) && isAddress(bytes, from, to))
      return { address: this.#addresses.of(bytes, from, to), scope: null };
    const { address, scope } = hostOf(bytes.toString('utf8', start, end));
    return { address: this.#addresses.ofText(address), scope: scope ?? null };
  }
}

/** Reads the endpoints of one column as `parseEndpoint` does, into numbers: the one that was read last is its own. */
export class EndpointReader implements ReadEnd {
  address = -1;
  port = NO_PORT;
  scope: string | null = null;
  readonly #hosts: Hosts;

  constructor(hosts: Hosts) {
    this.#hosts = hosts;
  }

  /** The word that was taken last; false where it is none. */
  read(line: Line): boolean {
    const { bytes, wordStart, wordEnd, colon } = line;
    if (colon <= wordStart) return false;
    this.address = this.#hosts.address(line);
    this.scope = null;
    if (this.address < 0) this.#readHost(line);
    const digits = digitsIn(bytes, colon + 1, wordEnd);
    this.port = digits >= 0 && digits <= MAX_PORT ? digits : (portOf(bytes.toString('utf8', colon + 1, wordEnd)) ?? NO_PORT);
    return true;
  }

  #readHost(line: Line): void {
    const { address, scope } = this.#hosts.host(line);
    this.address = address;
    this.scope = scope;
  }
}

/** Reads `10.0.0.1.443`, `::1.631`, `fe80::1%lo0.48126`, `*.*`: BSD's form, in which the last dot divides. `null` where there is none. */
export const dottedEndpoint = (text: string): Endpoint | null => {
  const dot = text.lastIndexOf('.');
  if (dot < 1 || text.indexOf(':', dot) >= 0) return null;
  const port = portOf(text.slice(dot + 1));
  const host = text.slice(0, dot);
  const percent = host.indexOf('%');
  if (percent < 0) return { address: plainAddress(host), port };
  return { address: plainAddress(host.slice(0, percent)), port, scope: host.slice(percent + 1) };
};
