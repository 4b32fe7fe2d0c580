import { digestUpload } from '../../lib/digest/digest-upload.ts';
import type { SnapshotDigest } from '../../lib/model/digest.ts';

/** As a body comes from S3's SDK: in pieces. */
const CHUNK = 64 * 1024;

async function* chunksOf(listing: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < listing.length; at += CHUNK) yield listing.subarray(at, at + CHUNK);
}

/** The true path of an upload, from its bytes to its digest. */
export const digestOf = async (listing: Buffer): Promise<SnapshotDigest> => {
  const outcome = await digestUpload({
    ref: { kind: 'snapshots', host: 'bench', name: 'listing' },
    uri: 'bench',
    lastModified: '2026-11-23T10:00:00.000Z',
    body: chunksOf(listing),
  });
  const [digest] = outcome.kind === 'digested' ? outcome.digests : [];
  if (digest?.kind !== 'snapshot') throw new Error(`The listing gave no digest: ${JSON.stringify(outcome).slice(0, 300)}`);
  return digest;
};

/** The digest's answer to mawk's question. Piles are the largest ones only, so small PIDs may be missing; `total` counts all. */
export const closeWaitOf = (digest: SnapshotDigest): { readonly byPid: ReadonlyMap<number, number>; readonly total: number } => {
  const byPid = new Map<number, number>();
  for (const { holder, state, sockets } of digest.piles) {
    if (state !== 'close_wait' || holder.kind !== 'process') continue;
    byPid.set(holder.pid, (byPid.get(holder.pid) ?? 0) + sockets);
  }
  return { byPid, total: digest.states.close_wait ?? 0 };
};
