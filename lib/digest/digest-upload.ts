import type { DigestOutcome, Upload } from './upload.ts';

/**
 * Reads an upload, of any size in bounded memory, into its digests. Rejects (throws) only for faults of the transport. What reads one kind is
 * loaded when one comes: each is a good part of what a function would load before its first event, which is of one kind.
 */
export const digestUpload = async (upload: Upload): Promise<DigestOutcome> => {
  const { ref } = upload;
  switch (ref.kind) {
    case 'snapshots': {
      const { digestSnapshots } = await import('./digest-snapshots.ts');
      return digestSnapshots(upload, ref);
    }
    case 'logs': {
      const { digestLogUpload } = await import('./digest-logs.ts');
      return digestLogUpload(upload, ref);
    }
    case 'events': {
      const { digestEvents } = await import('./digest-events.ts');
      return digestEvents(upload, ref.host);
    }
  }
};
