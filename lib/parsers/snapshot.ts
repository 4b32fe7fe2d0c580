import { createHash } from 'node:crypto';
import type { LineAccount, Snapshot } from '../model/snapshot.ts';
import { Account, quotable } from './account.ts';
import { ContentHash } from './content-hash.ts';
import { isSocketSection } from './dialects.ts';
import { Line } from './line.ts';
import { MAX_NAMESPACES, splitNamespace } from './namespace.ts';
import { type Collected, newCollected, openSection, otherSection, type Section, sectionName, sniff } from './section.ts';

/**
 * A snapshot as hosts upload it: raw output of one command, or sections under `==> NAME <==` (DESIGN.md, "Upload contract"). Text
 * before the first header is a section too, told by its content. Several snapshots may follow one another in one object.
 *
 * A process name with raw newlines (KERNEL.md) can forge a section header. All it can gain is to spoil its own host's snapshot: the
 * object's key names the host, whatever a meta section says.
 */

export type SnapshotReadResult =
  | {
      readonly kind: 'read';
      readonly snapshots: number;
      readonly account: LineAccount;
      /** Behind the last snapshot that one object may have; they are not looked at. */
      readonly linesLeft: number;
    }
  /** `isListing`: it is a snapshot all right, of a form that may not be used; otherwise it may be anything. */
  | { readonly kind: 'refused'; readonly reason: string; readonly isListing: boolean };

const QUOTE_CHARS = 120;

/** A day of minutes in one object; each makes a digest, however short it is. */
export const MAX_SNAPSHOTS = 1440;
/** Known sections are a dozen, or that many in each namespace. */
const MAX_SECTIONS = 256;
/** Text that has told so long what it is not is nothing known: to ask each line costs more than to read it. */
const MAX_SNIFFED = 2000;

interface Draft {
  /** The host's own namespace, and all that is not a namespace's: meta, processes, descriptors. */
  readonly collected: Collected;
  readonly namespaces: Map<string, Collected>;
  readonly account: Account;
  readonly hash: ContentHash;
  readonly firstLine: number;
  lastLine: number;
  /** Names of the sections that have begun. */
  readonly begun: Set<string>;
  section: Section | null;
}

const newDraft = (line: number): Draft => ({
  collected: newCollected(),
  namespaces: new Map(),
  account: new Account(),
  hash: new ContentHash(),
  firstLine: line,
  lastLine: line,
  begun: new Set(),
  section: null,
});

const toSnapshot = ({ collected, account, hash, firstLine, lastLine }: Draft): Snapshot => ({
  netns: null,
  meta: {
    host: collected.meta.get('host') ?? null,
    takenAt: collected.meta.get('taken_at') ?? null,
    bootId: collected.meta.get('boot_id') ?? null,
    kernel: collected.meta.get('kernel') ?? null,
    entries: Object.fromEntries(collected.meta),
  },
  dialect: collected.dialect,
  sockets: collected.sockets.columns(),
  sysctls: collected.sysctls,
  processes: collected.processes,
  descriptors: collected.descriptors,
  otherSections: collected.otherSections,
  lines: [firstLine, lastLine],
  account: account.get(),
  contentId: hash.hex(),
});

/** A namespace of the same reading: the processes are the host's, each line is accounted for in the host's own snapshot. */
const ofNamespace = (host: Snapshot, netns: string, own: Collected, account: LineAccount): Snapshot => ({
  ...host,
  netns,
  dialect: own.dialect,
  sockets: own.sockets.columns(),
  sysctls: own.sysctls,
  processes: own.processes ?? host.processes,
  descriptors: own.descriptors ?? host.descriptors,
  account,
  contentId: createHash('sha256').update(`${host.contentId} ${netns}`).digest('hex'),
});

const addAccounts = (a: LineAccount, b: LineAccount): LineAccount => ({
  total: a.total + b.total,
  understood: a.understood + b.understood,
  ignored: a.ignored + b.ignored,
  unparsed: a.unparsed + b.unparsed,
  samples: [...a.samples, ...b.samples].slice(0, 20),
});

const EMPTY: LineAccount = { total: 0, understood: 0, ignored: 0, unparsed: 0, samples: [] };

/** Reads the lines of one uploaded object, and hands over each snapshot as soon as it is whole. */
export class SnapshotReader {
  readonly #onSnapshot: (snapshot: Snapshot) => void;
  #draft: Draft | null = null;
  #snapshots = 0;
  #account = EMPTY;
  #firstText: string | null = null;
  #problem: string | null = null;
  #linesLeft = 0;
  #sniffed = 0;

  constructor(onSnapshot: (snapshot: Snapshot) => void) {
    this.#onSnapshot = onSnapshot;
  }

  /** A line that is no bytes yet. */
  line(text: string, number: number): void {
    this.read(Line.of(text, number));
  }

  read(line: Line): void {
    if (this.#firstText === null && !line.isBlank()) this.#firstText = line.text;
    const name = sectionName(line);
    if (name !== null) this.#begin(name, line.number);
    if (this.#snapshots >= MAX_SNAPSHOTS) {
      this.#linesLeft += 1;
      return;
    }
    const draft = this.#draft ?? newDraft(line.number);
    this.#draft = draft;
    draft.hash.add(line);
    draft.lastLine = line.number;
    if (name !== null) draft.account.ignored();
    else this.#content(draft, line);
  }

  end(): SnapshotReadResult {
    this.#finish();
    if (this.#snapshots > 0) return { kind: 'read', snapshots: this.#snapshots, account: this.#account, linesLeft: this.#linesLeft };
    return { kind: 'refused', reason: this.#refusal(), isListing: this.#problem !== null };
  }

  #begin(name: string, line: number): void {
    if (this.#draft !== null && this.#startsNext(this.#draft, name)) this.#finish();
    if (this.#snapshots >= MAX_SNAPSHOTS) return;
    const draft = this.#draft ?? newDraft(line);
    this.#draft = draft;
    draft.section?.end();
    if (draft.begun.size < MAX_SECTIONS) draft.begun.add(name);
    draft.section = this.#open(draft, name);
  }

  #open(draft: Draft, header: string): Section {
    const { name, netns } = splitNamespace(header);
    if (netns === null) return openSection(name, draft.collected, draft.account);
    const isNew = !draft.namespaces.has(netns);
    if (isNew && draft.namespaces.size >= MAX_NAMESPACES) return otherSection(header, draft.collected, draft.account);
    const own = draft.namespaces.get(netns) ?? newCollected();
    draft.namespaces.set(netns, own);
    return openSection(name, own, draft.account);
  }

  /** A second meta begins the next snapshot, and so does any section that has been before: `ss -4` then `ss -6` are one, `ss` twice are two. */
  #startsNext(draft: Draft, name: string): boolean {
    if (name === 'meta') return draft.begun.size > 0;
    return draft.begun.has(name) || (isSocketSection(name) && draft.begun.has('') && draft.collected.dialect !== null);
  }

  #content(draft: Draft, line: Line): void {
    if (draft.section === null || this.#isRepeatedHeader(draft, line)) {
      const kind = this.#sniffed < MAX_SNIFFED ? sniff(line) : null;
      if (kind === null) {
        this.#sniffed += 1;
        if (line.isBlank()) draft.account.ignored();
        else draft.account.unparsed(line.text, line.number);
        return;
      }
      draft.section?.end();
      draft.begun.add('').add(kind);
      draft.section = openSection(kind, draft.collected, draft.account);
    }
    draft.section.line(line);
  }

  /** Raw outputs of several commands may follow one another without headers: sockets, then `sysctl` lines. */
  #isRepeatedHeader(draft: Draft, line: Line): boolean {
    return line.startsWith('net.') && draft.begun.has('') && !draft.begun.has('sysctl') && sniff(line) === 'sysctl';
  }

  #finish(): void {
    const draft = this.#draft;
    this.#draft = null;
    if (draft === null) return;
    draft.section?.end();
    this.#account = addAccounts(this.#account, draft.account.get());
    const problems = [draft.collected, ...draft.namespaces.values()].map(({ problem }) => problem);
    this.#problem ??= problems.find((problem) => problem !== null) ?? null;
    const host = toSnapshot(draft);
    const hasHost = this.#saysSomething(draft) && draft.collected.problem === null;
    if (hasHost) this.#emit(host);
    for (const [i, [netns, own]] of [...draft.namespaces].entries()) {
      if (own.dialect !== null && own.problem === null) this.#emit(ofNamespace(host, netns, own, hasHost || i > 0 ? EMPTY : host.account));
    }
  }

  #emit(snapshot: Snapshot): void {
    this.#snapshots += 1;
    this.#onSnapshot(snapshot);
  }

  #saysSomething(draft: Draft): boolean {
    // Beside namespaces, the host's own is one more only where it was listed.
    if (draft.namespaces.size > 0) return draft.collected.dialect !== null;
    // Known sections without a single understood line say nothing; an empty `ss` table beside a meta does: no sockets.
    return draft.collected.dialect !== null || draft.account.understoodLines > 0 || (draft.begun.size > 0 && this.#isEmptyListing(draft));
  }

  /** A header alone is an answer: this host has no such sockets. */
  #isEmptyListing(draft: Draft): boolean {
    const { unparsed, total } = draft.account.get();
    return total > 0 && unparsed === 0 && [...draft.begun].some((name) => isSocketSection(name));
  }

  #refusal(): string {
    if (this.#firstText === null) {
      return 'The upload is empty: the command printed nothing to its output. Old iproute2 does not know `ss -O`: use `ss -tanpe` there, and see that cron finds the program (PATH) and keep its error output.';
    }
    const quote = `Its first line is "${quotable(this.#firstText, QUOTE_CHARS)}".`;
    if (this.#problem !== null) return `${this.#problem} ${quote}`;
    return `Nothing in it is known: expected the output of ss or netstat (or lsof, sockstat, /proc/net/tcp), or sections under "==> NAME <==". ${quote}`;
  }
}
