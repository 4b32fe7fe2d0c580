import type { HostToken } from './host-token.ts';

/** What enrolling hosts and granting their uploads needs of the world, as types only. */

export interface HostTokens {
  put(token: HostToken): Promise<void>;
  /** Strongly consistent: a token that was revoked is refused at once. */
  get(id: string): Promise<HostToken | null>;
  /** Of one host, or of all (`null`); those of a second ago may be missing. */
  list(host: string | null): Promise<readonly HostToken[]>;
  /** `false` where there is no such token. Revoking again changes nothing. */
  revoke(id: string, at: string): Promise<boolean>;
  /** Counts one use: `false` where `limit` of them were counted in this minute. */
  use(id: string, now: string, limit: number): Promise<boolean>;
}

export const UPLOAD_TYPES = ['application/gzip', 'text/plain', 'application/json'] as const;
type UploadType = (typeof UPLOAD_TYPES)[number];

/** One object that a host is going to upload. */
export interface UploadPlan {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly type: UploadType;
  /** Base64, as S3 takes it. */
  readonly sha256: string | null;
}

/** Leave for one PUT, bound to the plan's key, size, type and checksum. */
export interface UploadGrant {
  readonly url: string;
  readonly method: 'PUT';
  /** To be sent as they are; Content-Length, which every client sets itself, is bound too. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: string;
}

export interface UploadSigner {
  sign(plan: UploadPlan, now: string): Promise<UploadGrant>;
}
