import { Readable } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';

/** Fewer, larger chunks: each is a turn between threads. */
const CHUNK_BYTES = 512 * 1024;
/** At the end of each piece of the input the thread that inflates stands still until this one has done with what was made, and reads on. */
const PIECE_BYTES = 1024 * 1024;

/** RFC 1952 §2.3.1. Content decides, not the name: people call gzip files `.log`. */
export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

/** The data is damaged or cut short. */
export class GunzipFault extends Error {
  override readonly name = 'GunzipFault';
  /** Of what came before the damage the last bytes may be missing: at most so many. */
  readonly missing: number;

  constructor(cause: unknown, missing: number) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.missing = missing;
  }
}

/** @param isWanted false once nobody waits for more: then nothing more is taken in */
async function* inPieces(raw: AsyncIterable<Uint8Array>, isWanted: () => boolean): AsyncGenerator<Buffer> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of raw) {
    if (!isWanted()) return;
    parts.push(part);
    bytes += part.length;
    if (bytes < PIECE_BYTES) continue;
    yield Buffer.concat(parts);
    parts = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(parts);
}

const isCutShort = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';

/**
 * The content of gzip, of several members in a row too.
 *
 * @throws GunzipFault where it is damaged or cut short; what came before has been given  @throws what `raw` throws
 */
export async function* gunzip(raw: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let transport: unknown = null;
  /** The first piece, as long as there is no other. */
  let only: Buffer | null = null;
  let pieces = 0;
  const inflater = createGunzip({ chunkSize: CHUNK_BYTES });
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const piece of inPieces(raw, () => !inflater.destroyed)) {
      pieces += 1;
      only = pieces === 1 ? piece : null;
      yield piece;
    }
  }
  const input = Readable.from(counted());
  input.on('error', (error) => {
    transport = error;
    inflater.destroy(error);
  });
  let isBegun = false;
  try {
    for await (const chunk of input.pipe(inflater)) {
      isBegun = true;
      yield chunk;
    }
  } catch (error) {
    // A fault of the network must be tried again; one of the gzip data will be there again next time.
    if (transport !== null) throw transport;
    // What was made before the fault, and not taken yet.
    for (let rest: Buffer | null = inflater.read(); rest !== null; rest = inflater.read()) {
      isBegun = true;
      yield rest;
    }
    const small = isBegun ? null : only;
    if (small !== null) yield* salvaged(small);
    throw new GunzipFault(error, small !== null || isCutShort(error) ? 0 : CHUNK_BYTES);
  } finally {
    input.destroy();
    inflater.destroy();
  }
}

/** Each costs a turn between threads. */
const STEP_BYTES = 4096;

interface Inflated {
  readonly chunks: readonly Buffer[];
  /** How many of the parts came before the damage. */
  readonly whole: number;
}

/** Of a write that fails, no callback is called. */
const written = (inflater: Gunzip, part: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    inflater.once('error', reject);
    inflater.write(part, () => {
      inflater.off('error', reject);
      resolve();
    });
  });

const inflateParts = async (parts: readonly Buffer[]): Promise<Inflated> => {
  const inflater = createGunzip();
  const chunks: Buffer[] = [];
  inflater.on('data', (chunk: Buffer) => chunks.push(chunk));
  let whole = 0;
  try {
    for (const part of parts) {
      await written(inflater, part);
      whole += 1;
    }
  } catch {
    // The damage is what is looked for.
  } finally {
    inflater.destroy();
  }
  return { chunks, whole };
};

const partsOf = (bytes: Buffer, size: number): readonly Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));

/**
 * What comes before the damage in a small upload, to the last byte: zlib gives nothing of the step that it fails in, and that is all of it. (A host that
 * loses its power leaves files that end in zeros.) @param piece of which it gave nothing, so that it is less than a chunk
 */
async function* salvaged(piece: Buffer): AsyncGenerator<Buffer> {
  const { whole } = await inflateParts(partsOf(piece, STEP_BYTES));
  const before = piece.subarray(0, whole * STEP_BYTES);
  const { chunks } = await inflateParts([before, ...partsOf(piece.subarray(before.length, before.length + STEP_BYTES), 1)]);
  yield* chunks;
}
