import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { UploadSigner } from '../use-cases/host-ports.ts';

/** Long enough for 64 MiB over a slow line; a revoked token's last address is dead soon after. */
const GRANT_SECONDS = 300;

/**
 * Presigned PUTs. By default the SDK signs the host name alone: a header that is not signed may be anything, so size, type and checksum
 * are put among the signed headers, where S3 refuses a request that differs.
 *
 * @param client with `requestChecksumCalculation: 'WHEN_REQUIRED'`, or the checksum of an empty body becomes part of the address
 */
export const s3Signer = (client: S3Client, bucket: string): UploadSigner => ({
  async sign({ key, size, type, sha256 }, now) {
    const checksum = sha256 === null ? {} : { ChecksumSHA256: sha256 };
    const command = new PutObjectCommand({ Bucket: bucket, Key: key, ContentLength: size, ContentType: type, ...checksum });
    const url = await getSignedUrl(client, command, {
      expiresIn: GRANT_SECONDS,
      signingDate: new Date(now),
      signableHeaders: new Set(['host', 'content-length', 'content-type', 'x-amz-checksum-sha256']),
      unhoistableHeaders: new Set(['x-amz-checksum-sha256']),
    });
    return {
      url,
      method: 'PUT',
      headers: { 'content-type': type, ...(sha256 === null ? {} : { 'x-amz-checksum-sha256': sha256 }) },
      expiresAt: new Date(Date.parse(now) + GRANT_SECONDS * 1000).toISOString(),
    };
  },
});
