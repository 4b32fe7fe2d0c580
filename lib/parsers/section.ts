import type { DescriptorRow, ProcessRow, SocketDialect, Sysctls } from '../model/snapshot.ts';
import type { Account } from './account.ts';
import { openListing, sniffListing } from './dialects.ts';
import type { Line } from './line.ts';
import type { ListingReader } from './listing.ts';
import { SocketTable } from './socket-table.ts';
import {
  dynamicPortNumber,
  NO_SYSCTLS,
  parseDescriptorRow,
  parsePsRow,
  psColumns,
  splitMeta,
  splitSysctl,
  sysctlOfPath,
  withDynamicPorts,
  withSysctl,
} from './tables.ts';

/** What the sections of one snapshot add up to. */
export interface Collected {
  /** `null` until a listing that shows sockets has ended. */
  dialect: SocketDialect | null;
  readonly sockets: SocketTable;
  sysctls: Sysctls;
  processes: ProcessRow[] | null;
  descriptors: DescriptorRow[] | null;
  readonly meta: Map<string, string>;
  readonly otherSections: string[];
  /** Why its sockets may not be used, a whole sentence; `null`: they may. */
  problem: string | null;
}

/** A reader of one section's lines. */
export interface Section {
  readonly line: (line: Line) => void;
  readonly end: () => void;
}

/** No host runs as many, and what is beyond is not understood: a row of four bytes would take a hundred of memory. */
const MAX_PROCESSES = 128 * 1024;
/** An agent writes half a dozen. */
const MAX_META = 64;
const MAX_OTHERS = 64;

const HEADER_START = '==> ';
const HEADER_END = ' <==';

/** The name in `==> NAME <==`, as `tail -n +1 FILE…` prints it; `null` for any other line. */
export const sectionName = (line: Line): string | null => {
  if (!line.startsWith(HEADER_START)) return null;
  const { text } = line;
  return text.endsWith(HEADER_END) && text.length > HEADER_START.length + HEADER_END.length
    ? text.slice(HEADER_START.length, -HEADER_END.length).trim()
    : null;
};

export const newCollected = (): Collected => ({
  dialect: null,
  sockets: new SocketTable(),
  sysctls: NO_SYSCTLS,
  processes: null,
  descriptors: null,
  meta: new Map(),
  otherSections: [],
  problem: null,
});

/** What text without a section header is, told by a line of it; `null` where that line tells nothing. */
export const sniff = (line: Line): string | null => {
  const program = sniffListing(line);
  const { text } = line;
  if (program !== null) return program;
  if (psColumns(text) !== null) return 'ps';
  return text.startsWith('net.') && splitSysctl(text) !== null ? 'sysctl' : null;
};

/** A second command's listing of the same sockets would count them twice: the first that shows any stands, the other is kept by name. */
const listingSection = (name: string, reader: ListingReader, into: Collected): Section => {
  const before = into.sockets.size;
  return {
    line: (line) => reader.line(line),
    end: () => {
      reader.end();
      if (into.dialect !== null && into.dialect !== reader.dialect) {
        into.otherSections.push(name.slice(0, 80));
        into.sockets.truncate(before);
        return;
      }
      into.problem ??= reader.problem;
      if (into.sockets.size > before) into.dialect = reader.dialect;
    },
  };
};

/** A section of independent lines: each is understood, blank, or not understood. */
const table = (account: Account, read: (text: string) => boolean, isHeader: (text: string) => boolean = () => false): Section => ({
  line: (line) => {
    const { text, number } = line;
    if (line.isBlank() || isHeader(text)) account.ignored();
    else if (read(text)) account.understood();
    else account.unparsed(text, number);
  },
  end: () => {},
});

const sysctlSection = (into: Collected, account: Account): Section =>
  table(account, (text) => {
    const pair = splitSysctl(text);
    if (pair !== null) into.sysctls = withSysctl(into.sysctls, pair[0], pair[1]);
    return pair !== null;
  });

const sysctlFile = (name: string, into: Collected, account: Account): Section =>
  table(account, (text) => {
    into.sysctls = withSysctl(into.sysctls, name, text.trim());
    return true;
  });

/** Windows' own word on its ephemeral range. Its title and rule are no numbers, and are ignored. */
const dynamicPortSection = (into: Collected, account: Account): Section => {
  let start: number | null = null;
  const read = (text: string): boolean => {
    const value = dynamicPortNumber(text);
    if (value !== null && start !== null) into.sysctls = withDynamicPorts(into.sysctls, start, value);
    start ??= value;
    return value !== null;
  };
  return table(account, read, (text) => dynamicPortNumber(text) === null);
};

const psSection = (into: Collected, account: Account): Section => {
  const rows = into.processes ?? [];
  into.processes = rows;
  let columns: ReturnType<typeof psColumns> = null;
  const isHeader = (text: string): boolean => {
    const found = columns === null ? psColumns(text) : null;
    columns ??= found;
    return found !== null;
  };
  const read = (text: string): boolean => {
    const row = columns === null || rows.length >= MAX_PROCESSES ? null : parsePsRow(text, columns);
    if (row !== null) rows.push(row);
    return row !== null;
  };
  return table(account, read, isHeader);
};

const fdsSection = (into: Collected, account: Account): Section => {
  const rows = into.descriptors ?? [];
  into.descriptors = rows;
  const read = (text: string): boolean => {
    const row = rows.length >= MAX_PROCESSES ? null : parseDescriptorRow(text);
    if (row !== null) rows.push(row);
    return row !== null;
  };
  return table(account, read, (text) => text.trimStart().startsWith('pid'));
};

const metaSection = (into: Collected, account: Account): Section =>
  table(account, (text) => {
    const pair = into.meta.size >= MAX_META ? null : splitMeta(text);
    if (pair !== null && !into.meta.has(pair[0])) into.meta.set(pair[0], pair[1]);
    return pair !== null;
  });

/** Kept by name and ignored. */
export const otherSection = (name: string, into: Collected, account: Account): Section => {
  if (into.otherSections.length < MAX_OTHERS) into.otherSections.push(name.slice(0, 80));
  return { line: () => account.ignored(), end: () => {} };
};

/** The reader for a section, by its name. Unknown ones are kept by name and ignored. */
export const openSection = (name: string, into: Collected, account: Account): Section => {
  const sysctl = sysctlOfPath(name);
  if (sysctl !== null) return sysctlFile(sysctl, into, account);
  const listing = openListing(name, account, into.sockets);
  if (listing !== null) return listingSection(name, listing, into);
  if (name === 'meta') return metaSection(into, account);
  if (name === 'sysctl' || name.startsWith('sysctl ')) return sysctlSection(into, account);
  if (name === 'ps' || name.startsWith('ps ')) return psSection(into, account);
  if (name.startsWith('netsh ') && name.includes(' dynamicport')) return dynamicPortSection(into, account);
  return name === 'fds' ? fdsSection(into, account) : otherSection(name, into, account);
};
