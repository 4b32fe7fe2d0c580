import type { Account } from './account.ts';
import type { Line } from './line.ts';
import type { ListingReader } from './listing.ts';
import { isLsofHeader, LsofReader, looksLikeLsofRow } from './lsof.ts';
import { AnyNetstatReader, isOfNetstat } from './netstat-family.ts';
import { isPowershellHeader, PowershellReader } from './powershell.ts';
import { isProcTcpHeader, looksLikeProcTcpRow, ProcTcpReader } from './proc-tcp.ts';
import type { SocketTable } from './socket-table.ts';
import { isSockstatHeader, looksLikeSockstatRow, SockstatReader } from './sockstat.ts';
import { SsReader } from './ss.ts';
import { isSsHeader, looksLikeSsRow, ssDefaults } from './ss-words.ts';

/** A command whose listing can be read. */
interface Dialect {
  /** Its program, or its path; also the name of a section without a header that is told by its content. */
  readonly program: string;
  /** Whether a line can only be its own. */
  readonly isOwn: (line: Line) => boolean;
  /** @param name the section's name: the whole command line, for what it says that the rows may not */
  readonly open: (account: Account, sockets: SocketTable, name: string) => ListingReader;
}

const DIALECTS: readonly Dialect[] = [
  { program: 'netstat', isOwn: isOfNetstat, open: (account, sockets) => new AnyNetstatReader(account, sockets) },
  {
    program: 'ss',
    isOwn: (line) => isSsHeader(line.text) || looksLikeSsRow(line),
    open: (account, sockets, name) => new SsReader(account, sockets, ssDefaults(name)),
  },
  {
    program: '/proc/net/tcp',
    isOwn: (line) => isProcTcpHeader(line) || looksLikeProcTcpRow(line),
    open: (account, sockets) => new ProcTcpReader(account, sockets),
  },
  {
    program: 'sockstat',
    isOwn: (line) => isSockstatHeader(line) || looksLikeSockstatRow(line),
    open: (account, sockets) => new SockstatReader(account, sockets),
  },
  {
    program: 'lsof',
    isOwn: (line) => isLsofHeader(line) || looksLikeLsofRow(line),
    open: (account, sockets) => new LsofReader(account, sockets),
  },
  {
    program: 'Get-NetTCPConnection',
    isOwn: (line) => isPowershellHeader(line.text),
    open: (account, sockets) => new PowershellReader(account, sockets),
  },
];

/** `sudo`, `busybox`, `LC_ALL=C` and the like may stand before the program. */
const MAX_PREFIX_WORDS = 3;

const baseName = (word: string): string => {
  const name = word.slice(Math.max(word.lastIndexOf('/'), word.lastIndexOf('\\')) + 1);
  return name.toLowerCase().endsWith('.exe') ? name.slice(0, -'.exe'.length) : name;
};

/** `/proc/net/tcp6`, `/proc/1/net/tcp`. */
const isProcPath = (name: string): boolean => /^\/proc\/(?:[a-z0-9-]{1,20}\/)?net\/tcp6?$/.test(name);

const programIn = (name: string): string => {
  if (isProcPath(name)) return '/proc/net/tcp';
  const words = name.split(/\s+/, MAX_PREFIX_WORDS).map(baseName);
  return words.find((word) => DIALECTS.some(({ program }) => program.toLowerCase() === word.toLowerCase())) ?? '';
};

/** `netstat` of routes, statistics, interfaces, multicast groups, listen queues: tables of another kind. */
const OTHER_TABLES = /^[^-].*\s-[A-Za-z]*[rsigLM]/;

const isOtherTable = (name: string): boolean => programIn(name).toLowerCase() === 'netstat' && OTHER_TABLES.test(name);

/** The dialect of a section with this name, or `null`. */
const dialectNamed = (name: string): Dialect | null => {
  if (isOtherTable(name)) return null;
  const program = programIn(name).toLowerCase();
  return DIALECTS.find((dialect) => dialect.program.toLowerCase() === program) ?? null;
};

export const isSocketSection = (name: string): boolean => dialectNamed(name) !== null;

/** The reader for a section with this name; `null` where it holds no sockets. */
export const openListing = (name: string, account: Account, sockets: SocketTable): ListingReader | null =>
  dialectNamed(name)?.open(account, sockets, name) ?? null;

/** The program whose listing a line can only be of, or `null`. */
export const sniffListing = (line: Line): string | null => DIALECTS.find(({ isOwn }) => isOwn(line))?.program ?? null;
