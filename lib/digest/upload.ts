import type { Digest } from '../model/digest.ts';
import { redact } from '../text/redact.ts';
import type { Inflated } from './inflate.ts';
import type { UploadKey } from './upload-key.ts';

/** What the readers of uploads have in common. */

export interface Upload {
  readonly ref: UploadKey;
  readonly uri: string;
  /** RFC 3339. */
  readonly lastModified: string;
  readonly body: AsyncIterable<Uint8Array>;
  /** The zone of log times that name none: IANA name or `±hh:mm`; UTC is assumed without. */
  readonly timezone?: string | null;
  /** Whether `lastModified` is a clock to compare with: S3's is, a copied file's is not. */
  readonly clockIsTrusted?: boolean;
  /** How closely a log may be looked at, as `LogReader` counts it; `MAX_LOG_EFFORT` without. */
  readonly maxLogEffort?: number;
  /** Others are read at the same time: one that takes much memory is to be read later. */
  readonly isBesideOthers?: boolean;
}

export type DigestOutcome =
  | { readonly kind: 'digested'; readonly digests: readonly Digest[] }
  /**
   * `isListing`: a snapshot all right, of a form that may not be used (another language); otherwise it may be anything. `isForLater`: it takes
   * much memory, and is to be read when no other such one is.
   */
  | { readonly kind: 'rejected'; readonly reason: string; readonly isListing: boolean; readonly isForLater?: true };

export const rejected = (reason: string, isListing = false): Extract<DigestOutcome, { kind: 'rejected' }> => ({
  kind: 'rejected',
  reason: redact(reason),
  isListing,
});

const MIB = 1024 * 1024;
const sizeWords = (bytes: number): string => (bytes >= MIB ? `${bytes / MIB} MiB` : `${bytes / 1024} KiB`);

/** A whole sentence on why the body could not be read to its end, or `null`. */
export const faultSentence = (inflated: Inflated): string | null => {
  const fault = inflated.fault();
  if (fault === null) return null;
  return fault.kind === 'too-large'
    ? `It inflates to more than ${sizeWords(fault.limit)}; what lies beyond is not read.`
    : `Its gzip data is damaged or cut short (${fault.detail}); what came before is read${fault.missing === 0 ? '' : `, but for the last ${sizeWords(fault.missing)} at most`}.`;
};

/** What is known of an upload beside its content. */
export interface UploadFacts {
  readonly host: string;
  readonly uri: string;
  /** RFC 3339. */
  readonly uploadedAt: string;
}

export const factsOf = (upload: Upload, host: string): UploadFacts => ({ host, uri: upload.uri, uploadedAt: upload.lastModified });

export const hostRemark = (stated: string | null, host: string): readonly string[] =>
  stated === null || stated === host ? [] : ['Its meta names another host than its key; the key decides.'];
