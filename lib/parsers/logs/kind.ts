import type { FailureKind } from '../../model/failure.ts';
import { hasHint } from './hints.ts';
import { DENIED, TRANSLATIONS } from './translations.ts';

/** Which kind of failure a line speaks of: wordings of runtimes and servers, as alternations of fixed texts. */

/** A look at no more than this of a line: what fails is said at its beginning. */
const MAX_LOOK = 16 * 1024;

const look = (text: string): string => (text.length > MAX_LOOK ? text.slice(0, MAX_LOOK) : text);

/** Whether a line is worth a closer look. */
export const mayFail = (text: string): boolean => hasHint(look(text));

interface Signature {
  readonly kind: FailureKind;
  readonly pattern: RegExp;
}

/** Addresses of people and parcels, about which "already in use" is said as well. */
const NO_SOCKET = '(?<!\\b(?:[Ee]-?[Mm]ail|EMAIL|[Mm]ailing|[Bb]illing|[Ss]hipping|[Ss]treet|[Hh]ome|[Pp]ostal|[Ww]allet|MAC|[Mm]ac) )';

const signature = (kind: FailureKind, ...wordings: readonly string[]): Signature => ({
  kind,
  pattern: new RegExp([...wordings, ...(TRANSLATIONS[kind] ?? [])].join('|')),
});

/** Of several kinds in one line or event, the first here stands: a failing system call before what follows from it. */
export const SIGNATURES: readonly Signature[] = [
  signature(
    'too-many-open-files',
    '[Tt]oo many open (?:files|sockets)',
    '\\b(?:WSA)?EMFILE\\b|\\bENFILE\\b|\\[Errno 2[34]\\]|\\bOs \\{ code: 2[34]\\b|os error (?:23|24|10024)\\b',
    'No file descriptors available', // musl's strerror
  ),
  signature(
    'address-in-use',
    `${NO_SOCKET}\\b[Aa]ddress (?:is |was )?already in use`,
    '(?:^|[:(.] ?)Address in use\\b', // musl's strerror
    '\\b(?:WSA)?EADDRINUSE\\b|\\beaddrinuse\\b|\\bAddrInUse\\b|\\[Errno (?:98|48|10048)\\]|os error (?:98|48|10048)\\b',
    'Only one usage of each socket address|SocketException \\(100(?:48|55)\\)|WinError 100(?:48|55)|NativeErrorCode[=: ]{1,3}100(?:48|55)',
    'lacked sufficient buffer space|\\bWSAENOBUFS\\b|os error 10055\\b',
    '\\b[Pp]ort (?:\\d{1,5} )?(?:is |was )?already (?:in use|allocated)\\b|\\b[Pp]ort \\d{1,5} (?:is|was) in use\\b|\\bPort in use: ',
    '[Cc]onnection in use: \\(|annot bind to source address before connect|local address already in use',
    'EventID(?: Qualifiers=[^>]{1,20})?>42(?:27|31)<|ephemeral port number from the global TCP port space has failed',
  ),
  signature(
    'address-not-available',
    "[Cc]an(?:not|'t| not) assign requested address",
    '(?:^|[:(.] ?)Address not available\\b', // musl's strerror; also Java's own, in brackets
    '\\b(?:WSA)?EADDRNOTAVAIL\\b|\\beaddrnotavail\\b|\\bAddrNotAvailable\\b|\\[Errno (?:99|49|10049)\\]|os error (?:99|49|10049)\\b',
    'requested address is not valid in its context',
    'no free ports', // HAProxy's words for EADDRNOTAVAIL of connect
  ),
  signature(
    'pool-exhausted',
    'Timeout waiting for connection|ConnectionPoolTimeoutException|ConnectionRequestTimeoutException|GetConnectionTimeoutException',
    '[Cc]onnection is not available, request timed out|QueuePool limit of size|Could not get a resource(?: from the pool| since the pool is exhausted)',
    'PoolExhaustedException|(?<![Tt]hread )[Pp]ool (?:is )?exhausted|Timeout waiting for idle object|PoolAcquireTimeoutException|PoolAcquirePendingLimitException',
    'Pool#acquire|[Pp]ending acquire queue has reached|Acquire operation took longer|Timeout acquiring a connection|ResourceRequest timed out',
    'could not obtain a (?:database )?connection (?:from the pool )?within|ConnectionPool::TimeoutError|Waited [\\d.]{1,8} sec, 0/\\d{1,5} available',
    "elapsed prior to obtaining a connection from the pool|\\bPoolTimeout\\b|couldn't get a connection after|wait queue is full for pool",
    'attempt by a client to checkout a Connection has timed out|Timed out while waiting for a connection from pool',
  ),
  signature(
    'leak-warning',
    'was leaked\\. Did you forget|was not shutdown properly|Unclosed (?:client session|connector|connection)\\b',
    'Connection leak detection triggered|Apparent connection leak detected|ResourceWarning: unclosed (?:<s|transport)|connection leak (?:was )?detected',
    'Connection has been abandoned|abandon connection, owner thread|by the following code was never closed',
  ),
];

/** A bind that failed, in a language that is not known: the class still tells (KERNEL.md). Behind a class of this name an explanation follows. */
const BIND_EXCEPTION = /(?:^|[^\w.])(?:java\.net\.)?BindException(?::|\[)/;

/** Messages of BindException that are no conflict. */
const OTHER_BIND = /[Uu]nresolved|[Uu]nsupported|[Ii]nvalid argument|[Pp]rotocol family|[Nn]o such|[Aa]lready bound/;

/** Words that only repeat what another line of the same event says. */
const ECHO = /still could not bind|no listening sockets available|Retrying request|try again to bind/;

const RANK: readonly FailureKind[] = SIGNATURES.map(({ kind }) => kind);

/** The kind that a line speaks of, and where its signature ends in it. */
const signatureIn = (text: string): { readonly kind: FailureKind; readonly end: number } | null => {
  if (ECHO.test(text)) return null;
  for (const { kind, pattern } of SIGNATURES) {
    const match = pattern.exec(text);
    if (match !== null) return { kind, end: match.index + match[0].length };
  }
  return null;
};

export const kindOfLine = (text: string): FailureKind | null => signatureIn(look(text))?.kind ?? null;

export interface Signed {
  readonly kind: FailureKind;
  /** Index of the line that says it. */
  readonly index: number;
  /** Where, in that line, the signature ends. */
  readonly end: number;
  /** Only the class says so: the text is in a language that is not known. */
  readonly isByClass: boolean;
}

const byClass = (text: string, index: number): Signed | null =>
  BIND_EXCEPTION.test(text) && !DENIED.test(text) && !OTHER_BIND.test(text)
    ? { kind: 'address-in-use', index, end: text.length, isByClass: true }
    : null;

/** The failure that an event speaks of, in those of its lines that may say it; `null` where none does. */
export const kindOf = (lines: readonly string[], suspects: readonly number[]): Signed | null => {
  let best: Signed | null = null;
  for (const index of suspects) {
    const text = look(lines[index] ?? '');
    const found = signatureIn(text);
    if (found === null) {
      best ??= byClass(text, index);
      continue;
    }
    if (best === null || best.isByClass || RANK.indexOf(found.kind) < RANK.indexOf(best.kind)) best = { ...found, index, isByClass: false };
  }
  return best;
};
