import type { Key } from '../access/signature.ts';
import type { Board, BoardState } from '../cases/board.ts';
import type { Silences } from '../cases/silence.ts';
import type { Announcement, Fleet, Membership } from '../fleet/fleet.ts';
import type { Analysis } from '../model/analysis.ts';
import type { Digest, PortLookup } from '../model/digest.ts';

/**
 * What the use cases need of the world, as types only. Adapters implement them over an SDK, tests in memory.
 * A method rejects only for faults of the transport (throttling, timeouts): whatever is an answer is in its type.
 */

export interface ObjectRef {
  readonly bucket: string;
  /** Decoded: as `PutObject` was given it. */
  readonly key: string;
}

export interface StoredObject {
  readonly ref: ObjectRef;
  /** RFC 3339 UTC. */
  readonly lastModified: string;
  /** As stored, before decompression. */
  readonly bytes: number;
  /** The object's own word on the zone of times without one (S3 metadata `timezone`): IANA name or `±hh:mm`. */
  readonly timezone: string | null;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Raw uploads: the evidence. */
export interface Uploads {
  /** `null` where the object is gone (deleted, expired): an answer, not a fault. */
  open(ref: ObjectRef): Promise<StoredObject | null>;
}

/** A refused upload, so that whoever set up the cron line sees why nothing comes. */
export interface Rejection {
  readonly host: string | null;
  readonly bucket: string;
  readonly key: string;
  /** A whole sentence; quotes the upload's first line where that helps. */
  readonly reason: string;
  readonly at: string;
}

export interface HostSummary extends BoardState {
  readonly host: string;
  /** To within five minutes. */
  readonly lastHeardAt: string;
}

export interface AnalysisFilter {
  readonly host?: string;
  readonly cause?: string;
  readonly severity?: string;
  readonly status?: string;
  /** The culprit's or a contributor's command, or the name of a program that fails. */
  readonly program?: string;
  /** Of the culprit, a contributor, or the contested destination: `10.20.8.21:8080`, or the address alone. */
  readonly peer?: string;
  /** RFC 3339, on `openedAt`. */
  readonly from?: string;
  readonly to?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque; `null` on the last page. Survives new arrivals. */
  readonly cursor: string | null;
}

/** A sweep that has come to its end. */
export interface Swept {
  readonly at: string;
  /** Cursors of `busyHosts` and `watchedFleets` where it stopped for want of time; `null` where it came through. */
  readonly hosts: string | null;
  readonly fleets: string | null;
}

type WriteOutcome = 'written' | 'conflict';

/** One cause on many hosts: who is in, and what was told. Reads are strongly consistent. */
export interface FleetRecords {
  /** The fleet that a case is in; `null` where it is in none. */
  membership(caseId: string): Promise<Membership | null>;
  putMembership(membership: Membership): Promise<void>;
  /** Lists the case with its fleet's members; idempotent. */
  putMember(membership: Membership): Promise<void>;
  members(key: string): Promise<readonly Membership[]>;
  /** `null` where nobody had the trouble yet. */
  readFleet(key: string): Promise<Fleet | null>;
  /** As `writeBoard`. */
  writeFleet(fleet: Fleet): Promise<WriteOutcome>;
  /** Keys of fleets that the sweep must look at. */
  watchedFleets(cursor: string | null): Promise<Page<string>>;
  /** Those of the analyses that exist, as they were put, in any order. */
  analysesOf(ids: readonly string[]): Promise<readonly Analysis[]>;
  /** Counts one message: `false` where `limit` of them were counted in this minute and the one before. */
  takeSlot(now: string, limit: number): Promise<boolean>;
}

/** The table. Reads that decide anything are strongly consistent. */
export interface Records extends FleetRecords {
  /** Idempotent: keyed by the digest's time and content. Also notes that the host was heard of, unless by a marker, which is not the host's own word. */
  putDigest(digest: Digest, heardAt: string): Promise<void>;
  /** The digests whose time is within `spanMs` of the host's newest one, at most `maxSnapshots` snapshots of them, the newest. */
  recentDigests(host: string, limits: { readonly spanMs: number; readonly maxSnapshots: number }): Promise<readonly Digest[]>;
  /** The hosts that had this address of late, at most 4: more are a network's that many have (`172.17.0.1`). */
  hostsAt(address: string): Promise<readonly string[]>;
  /** Hosts that nothing was heard of since, by the index: to be checked against `lastHeard`. Earliest first. */
  hostsUnheardSince(at: string, cursor: string | null): Promise<Page<string>>;
  /** It is known to be silent: until it is heard again, `hostsUnheardSince` leaves it out. */
  stopWatching(host: string): Promise<void>;
  /** Digests of one kind whose time (`digestTime`) is within the window, both ends included, newest first, a page at a time. */
  digestsBetween(
    host: string,
    kind: Digest['kind'],
    window: { readonly from: string; readonly to: string },
    cursor: string | null,
  ): Promise<Page<Digest>>;
  /** The time of the host's newest snapshot or log; `null` where none is kept. */
  newestDigestAt(host: string): Promise<string | null>;
  /** Wall clock of the host's last upload; `null` where none is known. */
  lastHeard(host: string): Promise<string | null>;
  putLookup(host: string, lookup: PortLookup): Promise<void>;
  lookups(host: string, wanted: readonly { readonly contentId: string; readonly port: number }[]): Promise<readonly PortLookup[]>;

  /** `null` where the host has none yet. */
  readBoard(host: string): Promise<Board | null>;
  /** Writes `board` with version `board.version + 1`, on condition that the stored version is `board.version` (0: none stored). */
  writeBoard(board: Board): Promise<WriteOutcome>;
  /** Hosts whose board has an outbox or an open case: what the sweep must look at. */
  busyHosts(cursor: string | null): Promise<Page<string>>;

  noteSweep(swept: Swept): Promise<void>;
  /** `null` where there never was one. */
  lastSweep(): Promise<Swept | null>;

  readSilences(): Promise<Silences>;
  /** As `writeBoard`. */
  writeSilences(silences: Silences): Promise<WriteOutcome>;

  /** Writes the analysis for queries, unless a later revision is there. */
  putAnalysis(analysis: Analysis, revision: number): Promise<void>;
  /** With the fleet that it is part of. */
  getAnalysis(id: string): Promise<Analysis | null>;
  /** Newest `openedAt` first. Each says which fleet it is part of. */
  listAnalyses(filter: AnalysisFilter, limit: number, cursor: string | null): Promise<Page<Analysis>>;
  listHosts(limit: number, cursor: string | null): Promise<Page<HostSummary>>;

  putRejection(rejection: Rejection): Promise<void>;
  /** It was taken in after all: it is not listed any more, where it was. */
  clearRejection(host: string | null, key: string): Promise<void>;
  listRejections(limit: number, cursor: string | null): Promise<Page<Rejection>>;
}

/** Publishes one message to all subscribers; resolves when SNS has accepted it. */
export interface Announcer {
  publish(announcement: Announcement): Promise<void>;
  /** More than people can read, in one message. */
  publishTogether(announcements: readonly Announcement[]): Promise<void>;
}

/** What links, sessions and forms are signed with. */
export interface AccessKeys {
  /**
   * The newest first: it signs, all of them check.
   *
   * @param wanted the key that a signature names: looked for again where it is not known; `null` to sign
   */
  keys(wanted: string | null): Promise<readonly Key[]>;
}

/** A raw upload's address for somebody who may see it; works for a minute. */
export interface Downloads {
  address(ref: ObjectRef): Promise<string>;
}

export interface Clock {
  /** RFC 3339 UTC with milliseconds. */
  now(): string;
}

/** Progress and oddities for operators; never the content of an upload. */
export interface Journal {
  info(message: string, fields?: Readonly<Record<string, string | number | boolean | null>>): void;
  warn(message: string, fields?: Readonly<Record<string, string | number | boolean | null>>): void;
}
