import { type Checkpoint, noCheckpoint } from '../cases/board.ts';
import { toAnalysis } from '../cases/case.ts';
import { foldCases } from '../cases/fold.ts';
import { portsToLookUp } from '../diagnosis/diagnose.ts';
import { digestUpload } from '../digest/digest-upload.ts';
import { lookUpPorts } from '../digest/look-up-port.ts';
import { adviceFor } from '../knowledge/advice.ts';
import { type Analysis, SEVERITIES } from '../model/analysis.ts';
import type { LogDigest, PortLookup, SnapshotDigest } from '../model/digest.ts';
import { defaultSettings } from './settings.ts';

/** One look at the host. */
export interface Look {
  readonly at: string;
  /** Sections, as an upload has them; `null` where this look saw no sockets. */
  readonly snapshot: Uint8Array | null;
  readonly logs: readonly LogDigest[];
}

/** What is known after a look. */
export interface Watched {
  readonly at: string;
  /** Why this look's snapshot could not be read, a whole sentence; what is below is then from before. */
  readonly refused: string | null;
  /** Thinned out toward the past, oldest first. */
  readonly snapshots: readonly SnapshotDigest[];
  readonly logs: readonly LogDigest[];
  /** Most severe first, open ones before those that are over. */
  readonly analyses: readonly Analysis[];
}

/** Raw snapshots that a port may be looked up in; a larger one is not kept. */
const MAX_RAW = 8;
const MAX_RAW_BYTES = 8 * 1024 * 1024;
const MAX_LOOKUPS = 200;
/** Two neighbours may come to lie apart by this part of their age: half an hour in some seventy snapshots, whatever the rhythm. */
const THINNING = 1 / 8;

const msBetween = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

/** The newest as they came, older ones ever further apart, none older than the window. */
const thinned = (snapshots: readonly SnapshotDigest[], windowMs: number): readonly SnapshotDigest[] => {
  const newest = snapshots.at(-1)?.takenAt ?? '';
  const recent = snapshots.filter(({ takenAt }) => msBetween(takenAt, newest) <= windowMs);
  const kept: SnapshotDigest[] = [];
  for (const [i, snapshot] of recent.entries()) {
    const [before, after] = [kept.at(-1), recent[i + 1]];
    const isNeeded =
      before === undefined ||
      after === undefined ||
      msBetween(before.takenAt, after.takenAt) > THINNING * msBetween(before.takenAt, newest);
    if (isNeeded) kept.push(snapshot);
  }
  return kept;
};

const byRank = (a: Analysis, b: Analysis): number =>
  Number(a.status === 'resolved') - Number(b.status === 'resolved') ||
  SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
  Number(b.victims.length > 0) - Number(a.victims.length > 0);

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

interface Raw {
  readonly uri: string;
  readonly bytes: Uint8Array;
}

/** One host, look by look: the digests, rules and cases of the service, over a window in memory. */
export class Watch {
  readonly #host: string;
  #snapshots: readonly SnapshotDigest[] = [];
  #raws: readonly Raw[] = [];
  #lookups: readonly PortLookup[] = [];
  #known: Checkpoint = noCheckpoint;

  constructor(host: string) {
    this.#host = host;
  }

  async take(look: Look): Promise<Watched> {
    const refused = await this.#read(look);
    const digests = [...this.#snapshots, ...look.logs];
    await this.#lookUp(digests);
    const settings = { ...defaultSettings.fold, maxSnapshots: Number.POSITIVE_INFINITY };
    const { cases } = foldCases(this.#host, this.#known, digests, this.#lookups, settings, adviceFor);
    const at = this.#snapshots.at(-1)?.takenAt ?? null;
    // Looks come in order, so each goes on from the one before. Not from the logs' times: a clock that is ahead would hide what comes.
    this.#known = at === null ? this.#known : { at, cases, past: this.#known.past };
    return {
      at: look.at,
      refused,
      snapshots: this.#snapshots,
      logs: look.logs,
      analyses: cases.map((one) => toAnalysis(one)).sort(byRank),
    };
  }

  async #read({ at, snapshot }: Look): Promise<string | null> {
    if (snapshot === null) return null;
    const uri = `snapshot of ${at}`;
    const ref = { kind: 'snapshots', host: this.#host, name: at } as const;
    const outcome = await digestUpload({ ref, uri, lastModified: at, body: once(snapshot), clockIsTrusted: false });
    if (outcome.kind === 'rejected') return outcome.reason;
    const fresh = outcome.digests.filter((digest) => digest.kind === 'snapshot');
    this.#snapshots = thinned([...this.#snapshots, ...fresh], defaultSettings.fold.windowMs);
    if (snapshot.length <= MAX_RAW_BYTES) this.#raws = [...this.#raws, { uri, bytes: snapshot }].slice(-MAX_RAW);
    return null;
  }

  async #lookUp(digests: readonly (SnapshotDigest | LogDigest)[]): Promise<void> {
    for (const wanted of portsToLookUp({ host: this.#host, digests, lookups: this.#lookups })) {
      const raw = this.#raws.find(({ uri }) => uri === wanted.source.uri);
      if (raw === undefined) continue;
      const found = await lookUpPorts({ uri: raw.uri, body: once(raw.bytes) }, wanted, [wanted.port]);
      this.#lookups = [...this.#lookups, ...found].slice(-MAX_LOOKUPS);
    }
  }
}
