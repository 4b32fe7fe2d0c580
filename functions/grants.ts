import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type GrantOutcome, MAX_GRANTS_PER_MINUTE, MAX_UPLOAD_BYTES } from '../lib/use-cases/grant-upload.ts';
import { Problem } from './problem.ts';

const MIB = 1024 * 1024;

/** @throws Problem for whatever is not granted */
export const answerGrant = (outcome: GrantOutcome): APIGatewayProxyStructuredResultV2 => {
  switch (outcome.kind) {
    case 'granted':
      return {
        statusCode: 201,
        headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
        body: JSON.stringify(outcome.grant),
      };
    case 'unknown-token':
      // The same words for a token that is unknown, wrong or revoked: whoever guesses learns nothing.
      throw new Problem(
        401,
        'Unauthorised',
        'No valid host token was shown. `closewatch host add <host>` enrols one; it goes into the header "Authorization: Bearer <token>".',
        null,
        { headers: { 'www-authenticate': 'Bearer realm="closewatch"' } },
      );
    case 'other-host':
      throw new Problem(403, 'Another host', `This token is for keys below hosts/${outcome.host}/ only.`, 'key');
    case 'too-large':
      throw new Problem(413, 'Too large', `An upload has at most ${MAX_UPLOAD_BYTES / MIB} MiB. Compress it, or split it.`, 'size');
    case 'too-many':
      throw new Problem(429, 'Too many uploads', `A token may ask for ${MAX_GRANTS_PER_MINUTE} uploads a minute.`, null, {
        headers: { 'retry-after': '60' },
      });
    case 'malformed':
      throw new Problem(422, 'Not understood', outcome.detail, outcome.parameter);
  }
};
