import { inflate } from './inflate.ts';
import { MAX_MARKER_BYTES } from './limits.ts';
import { readMarkers } from './marker.ts';
import { type DigestOutcome, faultSentence, rejected, type Upload } from './upload.ts';

export const digestEvents = async (upload: Upload, host: string | null): Promise<DigestOutcome> => {
  const inflated = inflate(upload.body, MAX_MARKER_BYTES);
  const parts: Uint8Array[] = [];
  for await (const chunk of inflated.chunks) parts.push(chunk);
  const fault = faultSentence(inflated);
  if (fault !== null) return rejected(fault);
  const read = readMarkers(Buffer.concat(parts).toString('utf8'), { host, uri: upload.uri, uploadedAt: upload.lastModified });
  return read.kind === 'read' ? { kind: 'digested', digests: read.markers } : rejected(read.reason);
};
