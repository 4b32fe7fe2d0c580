/** Ports and peers as failing lines name them. Scanning by hand: host's text, and `:` is everywhere in it. */

/** `Binding [ng/h.cfg:6]`, `HttpClient.java:397`: a line of a file, no port. */
const SOURCE_FILE = /\.(?:java|kt|scala|groovy|clj|py|rb|go|js|mjs|ts|c|cc|cpp|h|rs|cs|php|cfg|conf|xml|yml|yaml)$/;

export interface Address {
  /** As written: may be empty (`:8080`), `*`, an IP address or a name. */
  readonly host: string;
  readonly port: number;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

const hostBefore = (text: string, colon: number): string => {
  let start = colon;
  if (text[colon - 1] === ']') return text.slice(Math.max(0, text.lastIndexOf('[', colon)), colon);
  while (start > 0 && !' \t"\'`(<>{},=|@'.includes(text[start - 1] ?? ' ') && text[start - 1] !== '[' && colon - start < 255) start -= 1;
  const host = text.slice(start, colon);
  const slash = host.lastIndexOf('/');
  return slash < 0 ? host : host.slice(slash + 1);
};

const isHost = (host: string): boolean => {
  if (host === '' || host === '*' || host === ':' || host === '::' || host.startsWith('[') || host === 'localhost') return true;
  if (SOURCE_FILE.test(host) || /^\d+$/.test(host) || /\d:\d\d$/.test(host)) return false;
  return (
    /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host) ||
    /^[a-z][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){0,8}$/i.test(host) ||
    /^[0-9a-f:]{2,39}$/i.test(host)
  );
};

/** Every `host:port` in a text. */
export const addressesIn = (text: string): readonly Address[] => {
  const found: Address[] = [];
  for (let colon = text.indexOf(':'); colon >= 0 && found.length < 16; colon = text.indexOf(':', colon + 1)) {
    let end = colon + 1;
    while (end < text.length && end - colon < 7 && isDigit(text.charCodeAt(end))) end += 1;
    const port = Number(text.slice(colon + 1, end));
    const next = text[end] ?? ' ';
    if (
      end === colon + 1 ||
      end - colon > 6 ||
      port > 65_535 ||
      /\w/.test(next) ||
      (next === ':' && /[\w:]/.test(text[end + 1] ?? ' ')) ||
      (next === '.' && isDigit(text.charCodeAt(end + 1)))
    )
      continue;
    const host = hostBefore(text, colon);
    if (isHost(host)) found.push({ host: host.replace(/^\[|\]$/g, ''), port });
  }
  return found;
};

const NAMED: readonly RegExp[] = [
  /\b[Pp]ort(?: in use)?(?:\(s\))?(?: is| was| =|:|=| number| #)? ?"?(\d{1,5})\b/, // port 8080 · Port 8080 was already in use · port=8099 · port: 8099
  /\('[^']{0,64}', (\d{1,5})\)/, // ('0.0.0.0', 18098)
  /\bhttps?-(?:nio2?|apr|bio|jsse-nio|openssl-nio)-(?:[\d.]{7,15}-)?(\d{1,5})\b(?!-exec)/, // ProtocolHandler ["http-nio-18098"]
];

const valid = (port: number): boolean => Number.isInteger(port) && port > 0 && port <= 65_535;

const namedPort = (text: string): number | null => {
  for (const pattern of NAMED) {
    const port = Number(pattern.exec(text)?.[1]);
    if (valid(port)) return port;
  }
  return null;
};

/** The port that a line about a listener names. */
export const portIn = (text: string): number | null =>
  namedPort(text) ??
  addressesIn(text)
    .map(({ port }) => port)
    .find(valid) ??
  null;

const isWildcard = (host: string): boolean => host === '' || host === '*' || host === ':' || host === '::' || host === '0.0.0.0';

const write = ({ host, port }: Address): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);

/** `HTTPConnectionPool(host='10.77.0.1', port=8099)` · `"10.77.0.1" port 8099` · Node's `address: '10.77.0.1',` and `port: 8099` on two lines */
const APART: readonly RegExp[] = [
  /host='([\w.:-]{1,255})', port=(\d{1,5})/,
  /"([\w.:-]{1,255})" port (\d{1,5})/,
  /address: '([\w.:-]{1,255})',\s{1,40}port: (\d{1,5})/,
];

/** The peer that a line about a connect names; of several the first, behind `->` where a local address is named too (Go). */
export const peerIn = (text: string): string | null => {
  const arrow = text.indexOf('->');
  const addresses = addressesIn(arrow < 0 ? text : text.slice(arrow)).filter(({ host, port }) => !isWildcard(host) && valid(port));
  const [first] = addresses;
  if (first !== undefined) return write(first);
  for (const pattern of APART) {
    const [, host, port] = pattern.exec(text) ?? [];
    if (host !== undefined && valid(Number(port))) return write({ host, port: Number(port) });
  }
  return null;
};
