import { GunzipFault, gunzip, isGzip } from './gunzip.ts';

/** Why a body could not be read to its end; what came before it stands, but for the last `missing` bytes at most. */
type InflateFault =
  | { readonly kind: 'too-large'; readonly limit: number }
  | { readonly kind: 'damaged'; readonly detail: string; readonly missing: number };

export interface Inflated {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Known once `chunks` is exhausted. */
  fault(): InflateFault | null;
}

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
      fault = { kind: 'damaged', detail: error.message, missing: error.missing };
    }
  }
  return { chunks: read(), fault: () => fault };
};
