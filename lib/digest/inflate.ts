import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Why a body could not be read to its end; what came before it stands. */
type InflateFault = { readonly kind: 'too-large'; readonly limit: number } | { readonly kind: 'damaged'; readonly detail: string };

export interface Inflated {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Known once `chunks` is exhausted. */
  fault(): InflateFault | null;
}

/** Fewer, larger chunks: each is a turn between threads. */
const CHUNK_BYTES = 512 * 1024;
/** At the end of each piece of the input the thread that inflates stands still until this one has done with what was made, and reads on. */
const PIECE_BYTES = 1024 * 1024;

/** RFC 1952 §2.3.1. Content decides, not the name: people call gzip files `.log`. */
const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

async function* withHead(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    // Of what is not read to its end the connection is given back.
    await rest.return?.();
  }
}

const takeHead = async (body: AsyncIterator<Uint8Array>): Promise<Uint8Array> => {
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < 2) {
    const next = await body.next();
    if (next.done) return head;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  return head;
};

/**
 * A body as plain bytes, gunzipped where its content is gzip (several members in a row too), never more than `limit` bytes of them:
 * a bomb is cut off there. Truncated or damaged gzip yields what could be read, then reports a fault. Faults of the transport reject.
 */
export const inflate = (body: AsyncIterable<Uint8Array>, limit: number): Inflated => {
  let fault: InflateFault | null = null;
  async function* read(): AsyncGenerator<Uint8Array> {
    const source = body[Symbol.asyncIterator]();
    const head = await takeHead(source);
    const raw = withHead(head, source);
    let left = limit;
    try {
      for await (const chunk of isGzip(head) ? gunzip(raw) : raw) {
        if (chunk.length > left) {
          fault = { kind: 'too-large', limit };
          yield chunk.subarray(0, left);
          return;
        }
        left -= chunk.length;
        yield chunk;
      }
    } catch (error) {
      if (!(error instanceof GunzipFault)) throw error;
      fault = { kind: 'damaged', detail: error.message };
    }
  }
  return { chunks: read(), fault: () => fault };
};

class GunzipFault extends Error {
  override readonly name = 'GunzipFault';
}

async function* inPieces(raw: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of raw) {
    parts.push(part);
    bytes += part.length;
    if (bytes < PIECE_BYTES) continue;
    yield Buffer.concat(parts);
    parts = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(parts);
}

async function* gunzip(raw: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let transport: unknown = null;
  const input = Readable.from(inPieces(raw));
  const inflater = createGunzip({ chunkSize: CHUNK_BYTES });
  input.on('error', (error) => {
    transport = error;
    inflater.destroy(error);
  });
  try {
    for await (const chunk of input.pipe(inflater)) yield chunk;
  } catch (error) {
    // A fault of the network must be tried again; one of the gzip data will be there again next time.
    if (transport !== null) throw transport;
    throw new GunzipFault(error instanceof Error ? error.message : String(error), { cause: error });
  } finally {
    input.destroy();
    inflater.destroy();
  }
}
