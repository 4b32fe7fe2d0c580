import type { FailureKind } from '../../model/failure.ts';

/** Which kind of failure a line speaks of. Each entry is one wording, of one or more runtimes; all are alternations of fixed texts. */

interface Signature {
  readonly kind: FailureKind;
  readonly pattern: RegExp;
}

/** strerror(EADDRNOTAVAIL) in the locales that Java and glibc print (KERNEL.md: "translated by its locale"). */
const NOT_AVAILABLE_ABROAD = [
  'angeforderte Adresse kann nicht zugewiesen',
  "Impossible d'assigner l'adresse",
  "impossible d'assigner l'adresse",
  'No se puede asignar la dirección',
  'Não é possível atribuir',
  'Não foi possível atribuir',
  'Impossibile assegnare',
  '要求されたアドレスに割り当て',
  '無法指定',
  '无法指定被请求的地址',
  '无法分配请求的地址',
  '요청된 주소를 할당할 수 없',
  'Невозможно назначить',
].join('|');

/** strerror(EADDRINUSE), likewise. */
const IN_USE_ABROAD = [
  'Die Adresse wird bereits verwendet',
  'Adresse bereits verwendet',
  'Adresse déjà utilisée',
  'La dirección ya se está usando',
  'Dirección ya en uso',
  'Endereço já em uso',
  'Indirizzo già in uso',
  'アドレスは既に使用中',
  'そのアドレスは既に使用中',
  '地址已在使用',
  '地址已被使用',
  '位址已經在使用',
  '주소가 이미 사용 중',
  'Адрес уже используется',
].join('|');

const SIGNATURES: readonly Signature[] = [
  {
    kind: 'too-many-open-files',
    pattern: /[Tt]oo many open files|\bEMFILE\b|\bENFILE\b|\[Errno 2[34]\]|Os \{ code: 2[34]\b|WSAEMFILE|\b10024\b.{0,40}[Ss]ocket/,
  },
  {
    kind: 'address-not-available',
    pattern: new RegExp(
      `[Cc]annot assign requested address|[Cc]an't assign requested address|\\bEADDRNOTAVAIL\\b|\\[Errno (?:99|49)\\]|AddrNotAvailable|WSAEADDRNOTAVAIL|requested address is not valid in its context|${NOT_AVAILABLE_ABROAD}`,
    ),
  },
  {
    kind: 'address-in-use',
    pattern: new RegExp(
      `[Aa]ddress (?:is )?already in use|\\bEADDRINUSE\\b|\\[Errno (?:98|48)\\]|AddrInUse|WSAEADDRINUSE|Only one usage of each socket address|\\b10048\\b|\\b10055\\b|lacked sufficient buffer space|[Pp]ort \\d{1,5} (?:was|is) already in use|[Pp]ort \\d{1,5} (?:is )?already in use|Port already in use|Port in use: |[Cc]onnection in use: \\(|annot bind to source address before connect|no free ports|Error binding to port|EventID>42(?:27|31)<|${IN_USE_ABROAD}`,
    ),
  },
  {
    kind: 'pool-exhausted',
    pattern:
      /Timeout waiting for connection|ConnectionPoolTimeoutException|ConnectionRequestTimeoutException|Connection is not available, request timed out|QueuePool limit of size|Could not get a resource from the pool|PoolExhaustedException|[Pp]ool exhausted|Timeout waiting for idle object|PoolAcquireTimeoutException|Pool#acquire|Acquire operation took longer|remaining connection slots are reserved|The timeout period elapsed prior to obtaining a connection from the pool|httpx\.PoolTimeout|\bPoolTimeout\b/,
  },
  {
    kind: 'leak-warning',
    pattern:
      /was leaked\. Did you forget|was not shutdown properly|Unclosed client session|Unclosed connector|Unclosed connection|Connection leak detection triggered|Apparent connection leak detected|LEAK: [\w.]{1,80} was not released|unclosed <socket\.socket|ResourceWarning: unclosed|connection leak was detected/,
  },
];

/** A bind that failed, in a language that is not known: the class still tells (KERNEL.md). */
const BIND_EXCEPTION = /(?:^|[^\w.])(?:java\.net\.)?BindException(?::|\[)/;

/** Words that only repeat what another line of the same event says. */
const ECHO = /still could not bind|no listening sockets available|Retrying request|try again to bind/;

/** Kinds of which the first stands if several are in one event: a system call that failed, before what followed from it. */
const RANK: readonly FailureKind[] = ['too-many-open-files', 'address-in-use', 'address-not-available', 'pool-exhausted', 'leak-warning'];

const kindOfLine = (text: string): FailureKind | null => {
  if (ECHO.test(text)) return null;
  for (const { kind, pattern } of SIGNATURES) if (pattern.test(text)) return kind;
  return null;
};

export interface Signed {
  readonly kind: FailureKind;
  /** Index of the line that says it. */
  readonly index: number;
  /** Only the class says so: the text is in a language that is not known. */
  readonly isByClass: boolean;
}

/** A look at no more than this of a line: what fails is said at its beginning. */
const MAX_LOOK = 16 * 1024;

/** The failure that an event's lines speak of, or `null`. */
export const kindOf = (lines: readonly string[]): Signed | null => {
  let best: Signed | null = null;
  for (const [index, line] of lines.entries()) {
    const text = line.length > MAX_LOOK ? line.slice(0, MAX_LOOK) : line;
    const kind = kindOfLine(text);
    if (kind !== null && (best === null || RANK.indexOf(kind) < RANK.indexOf(best.kind) || best.isByClass))
      best = { kind, index, isByClass: false };
    else if (best === null && BIND_EXCEPTION.test(text) && !/[Nn]o such|[Pp]ermission denied|EACCES/.test(text))
      best = { kind: 'address-in-use', index, isByClass: true };
  }
  return best;
};
