import type { Endpoint } from '../model/socket.ts';
import type { Cursor } from './tokens.ts';

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

const MAPPED = '::ffff:';

const MAX_PORT = 65_535;

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

/**
 * Reads `10.0.0.1:80`, `[::1]:80`, `:::80`, `127.0.0.53%lo:53`, `[fe80::1]%eth0:22`, `*:80`, `0.0.0.0:*`: the last colon divides
 * (KERNEL.md). `null` where there is none.
 */
export const parseEndpoint = (text: string): Endpoint | null => {
  const colon = text.lastIndexOf(':');
  if (colon < 1) return null;
  const port = portOf(text.slice(colon + 1));
  const host = text.slice(0, colon);
  const percent = host.indexOf('%');
  if (percent < 0) return { address: plainAddress(host), port };
  const scope = host.slice(percent + 1).replace(']', '');
  const bare = host.slice(0, percent);
  return { address: plainAddress(bare.startsWith('[') ? bare.replace(']', '').slice(1) : bare), port, scope };
};

const COLON = 58;
/** More peers than a host has ephemeral ports: what comes behind is not remembered. */
const MAX_PEERS = 65_536;

/**
 * Reads the endpoints of one listing, as `parseEndpoint` does each: the local address of a row is mostly that of the row before, and a peer that
 * recurs is one object, by which its sockets can be grouped.
 */
export class Endpoints {
  readonly #peers = new Map<string, Endpoint>();
  /** `10.20.0.13:`, as it was last written. */
  #prefix = '\n';
  #address = '';

  /** The next word of a row. */
  local(cursor: Cursor): Endpoint | null {
    const port = cursor.countBehind(this.#prefix);
    if (port >= 0 && port <= MAX_PORT) return { address: this.#address, port };
    const text = cursor.next();
    const endpoint = parseEndpoint(text);
    // Only what stands as it is written: not in brackets, not mapped, without a scope.
    if (endpoint !== null && endpoint.scope === undefined && text.charCodeAt(endpoint.address.length) === COLON) {
      this.#address = endpoint.address;
      this.#prefix = `${endpoint.address}:`;
    }
    return endpoint;
  }

  peer(cursor: Cursor): Endpoint | null {
    const text = cursor.next();
    const known = this.#peers.get(text);
    if (known !== undefined) return known;
    const endpoint = parseEndpoint(text);
    if (endpoint !== null && this.#peers.size < MAX_PEERS) this.#peers.set(text, endpoint);
    return endpoint;
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
