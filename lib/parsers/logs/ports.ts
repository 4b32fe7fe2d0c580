/** Ports and peers as failing lines name them. Scanning by hand: host's text, and `:` is everywhere in it. */

/** `Binding [ng/h.cfg:6]`, `HttpClient.java:397`: a line of a file, no port. */
const SOURCE_FILE = /\.(?:java|kt|scala|groovy|clj|py|rb|go|js|mjs|ts|c|cc|cpp|h|rs|cs|php|cfg|conf|xml|yml|yaml)$/;

const IPV4 = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;
const IPV6 = /^[0-9a-f:]{2,39}$/i;
const NAME = /^[a-z][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){0,8}$/i;

const MAX_HOST = 255;
const MAX_ADDRESSES = 16;

export interface Address {
  /** As written: may be empty (`:8080`), `*`, an IP address or a name. */
  readonly host: string;
  readonly port: number;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

const isValid = (port: number): boolean => Number.isInteger(port) && port > 0 && port <= 65_535;

const isOneOf = (characters: string, text: string, at: number): boolean => characters.includes(text[at] ?? ' ');

const hostBefore = (text: string, colon: number): string => {
  if (text[colon - 1] === ']') return text.slice(Math.max(0, text.lastIndexOf('[', colon)), colon);
  let start = colon;
  while (start > 0 && colon - start < MAX_HOST && !isOneOf(' \t"\'`(<>{},=|@[/', text, start - 1)) start -= 1;
  return text.slice(start, colon);
};

/** `[Errno 99]` and other bracketed words are no IPv6 address. */
const isBracketed = (host: string): boolean => host.startsWith('[') && IPV6.test(host.slice(1, -1));

const isHost = (host: string): boolean => {
  if (host === '' || host === '*' || host === ':' || host === '::' || isBracketed(host)) return true;
  if (SOURCE_FILE.test(host) || /^\d+$/.test(host) || /\d:\d\d$/.test(host)) return false;
  return IPV4.test(host) || NAME.test(host) || IPV6.test(host);
};

/** Words that a colon and a number follow without being a host: `code:98`, `line:12`, `errno:99`. */
const NO_HOST =
  /^(?:code|errno|error|line|pid|tid|id|level|count|size|status|http|https|tcp|udp|exit|took|timeout|attempt|retry|retries)$/i;

const addressAt = (text: string, colon: number): Address | null => {
  let end = colon + 1;
  while (end - colon < 7 && isDigit(text.charCodeAt(end))) end += 1;
  const port = Number(text.slice(colon + 1, end));
  // `0.0.0.0:9092: Address already in use` ends there; `11:12:02`, `::1:8099` and `1.2.3:4.5` go on.
  const goesOn = /^(?:\w|[:.][\w:])/.test(text.slice(end, end + 2));
  if (end === colon + 1 || port > 65_535 || goesOn) return null;
  const host = hostBefore(text, colon);
  return isHost(host) && !NO_HOST.test(host) ? { host: host.replace(/^\[|\]$/g, ''), port } : null;
};

/** Every `host:port` in a text. */
export const addressesIn = (text: string): readonly Address[] => {
  const found: Address[] = [];
  for (let colon = text.indexOf(':'); colon >= 0 && found.length < MAX_ADDRESSES; colon = text.indexOf(':', colon + 1)) {
    const address = addressAt(text, colon);
    if (address !== null) found.push(address);
  }
  return found;
};

/** Ports that stand apart from a host, each form with a sample. */
const NAMED: readonly RegExp[] = [
  /\b[Pp]ort(?: already)?(?: in use)?(?:\(s\))?(?: is| was|,| =|:|=| number| #)? ?"?(\d{1,5})\b/, // Port 8080 was already in use · port=8099 · {port,5672}
  /\(["'][^"']{0,64}["'], (\d{1,5})\)/, // ('0.0.0.0', 18098)
  /\b(?:https?|ajp)-(?:nio2?|apr|bio|jsse-nio|openssl-nio|openssl-apr)-(?:[\d.%A-F]{7,40}-)?(\d{1,5})\b(?!-exec)/, // ProtocolHandler ["http-nio-18098"]
  /\bConnector\[[^\]-]{1,20}-(\d{1,5})\]/, // Failed to initialize connector [Connector[HTTP/1.1-8080]]
  /\bbind(?:ing)? to \[(\d{1,5})(?:-\d{1,5})?\]/, // Failed to bind to [9300-9400]: all of the range, its first port too
];

const namedPort = (text: string): number | null => {
  for (const pattern of NAMED) {
    const port = Number(pattern.exec(text)?.[1]);
    if (isValid(port)) return port;
  }
  return null;
};

/** The port that a line about a listener names. */
export const portIn = (text: string): number | null =>
  namedPort(text) ??
  addressesIn(text)
    .map(({ port }) => port)
    .find(isValid) ??
  null;

const isWildcard = (host: string): boolean => host === '' || host === '*' || host === ':' || host === '::' || host === '0.0.0.0';

/** The port of an any-address in a text (`0.0.0.0:8080`, `*:8080`). */
export const anyAddressPortIn = (text: string): number | null =>
  addressesIn(text).find(({ host, port }) => isWildcard(host) && isValid(port))?.port ?? null;

const write = ({ host, port }: Address): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);

/** Host and port apart, each form with a sample. */
const APART: readonly RegExp[] = [
  /host='([\w.:-]{1,255})', port=(\d{1,5})/, // HTTPConnectionPool(host='10.77.0.1', port=8099)
  /"([\w.:-]{1,255})" port (\d{1,5})/, // connect(2) for "10.77.0.1" port 8099
  /address: '([\w.:-]{1,255})',\s{1,40}port: (\d{1,5})/, // Node's error object, on two lines
  /\bto ([\w.:-]{1,255}) port (\d{1,5})/, // Failed to connect to 10.77.0.1 port 8099
];

/** `Connect to shop.example:8099 [shop.example/10.77.0.1] failed`: the address that was tried stands in the brackets (HttpClient 4). */
const RESOLVED = /(?<=[\w.-]):(\d{1,5}) \[[\w.-]{0,255}\/([\d.]{7,15}|[0-9a-f:]{2,39})/;

/** A URL without a port has its scheme's. */
const URL = /\b(https?):\/\/([\w.-]{1,255}|\[[0-9a-f:]{2,39}\])(?:[/?"'\s]|$)/;

const peerOfUrl = (text: string): string | null => {
  const [, scheme, host] = URL.exec(text) ?? [];
  return host === undefined ? null : `${host}:${scheme === 'https' ? 443 : 80}`;
};

/** The peer that a line about a connect names; of several the first, behind `->` where a local address is named too (Go). */
export const peerIn = (text: string): string | null => {
  const [, resolvedPort, resolvedHost] = RESOLVED.exec(text) ?? [];
  if (resolvedHost !== undefined && isValid(Number(resolvedPort))) return write({ host: resolvedHost, port: Number(resolvedPort) });
  const arrow = text.indexOf('->');
  const addresses = addressesIn(arrow < 0 ? text : text.slice(arrow)).filter(({ host, port }) => !isWildcard(host) && isValid(port));
  const first = addresses.find(({ host }) => IPV4.test(host) || host.includes(':')) ?? addresses[0];
  if (first !== undefined) return write(first);
  for (const pattern of APART) {
    const [, host, port] = pattern.exec(text) ?? [];
    if (host !== undefined && isValid(Number(port))) return write({ host, port: Number(port) });
  }
  return peerOfUrl(text);
};
