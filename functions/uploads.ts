import middy from '@middy/core';
import httpSecurityHeaders from '@middy/http-security-headers';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { powertoolsJournal } from '../lib/adapters/journal.ts';
import { grantUpload } from '../lib/use-cases/grant-upload.ts';
import { granting } from './compose/granting.ts';
import { answerGrant } from './grants.ts';
import { problemDocuments } from './problem.ts';

const report = (error: unknown): void =>
  powertoolsJournal('closewatch').warn('no upload granted', { error: error instanceof Error ? error.message : String(error) });

const bodyOf = ({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): string =>
  isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;

/**
 * `POST /v1/uploads`: leave for one PUT, for a host that shows its token. It decides itself who may, rather than behind an authoriser: what
 * a token allows depends on the body.
 */
export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(httpSecurityHeaders())
  .use(problemDocuments(report))
  .handler(async (event) => answerGrant(await grantUpload(event.headers.authorization, bodyOf(event), granting())));
