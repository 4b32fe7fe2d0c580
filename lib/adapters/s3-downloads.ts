import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Downloads } from '../use-cases/ports.ts';
import { PATIENCE } from './patience.ts';

/** To be followed at once. */
const DOWNLOAD_SECONDS = 60;

const nameIn = (key: string): string => key.replaceAll(/[^\w.-]+/g, '_').slice(-120);

/** Presigned GETs. A host wrote what is there: a browser is to save it, never to show it as a page. */
export const s3Downloads = (): Downloads => {
  const client = new S3Client(PATIENCE);
  return {
    address: ({ bucket, key }) =>
      getSignedUrl(
        client,
        new GetObjectCommand({
          Bucket: bucket,
          Key: key,
          ResponseContentType: 'application/octet-stream',
          ResponseContentDisposition: `attachment; filename="${nameIn(key)}"`,
        }),
        { expiresIn: DOWNLOAD_SECONDS },
      ),
  };
};
