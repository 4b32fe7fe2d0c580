import * as z from 'zod/mini';
import { type Api, ApiError, type ApiReply, apiAt } from '../lib/adapters/api-client.ts';
import { plain } from '../lib/text/plain.ts';

/** What the commands that ask the API have in common. */

export const API_OPTIONS = { api: { type: 'string' }, region: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;

export const API_HELP = `  --api URL         the deployed API (https://….amazonaws.com), or a local one; else
                    CLOSEWATCH_API, else http://127.0.0.1:8787
  --region REGION   of the signature, where the address does not tell
  --help            show this

Requests to a deployed API are signed with the credentials that the AWS CLI
would use (environment, profile, SSO, role).`;

const COULD_NOT_RUN = 2;
const LOCAL = 'http://127.0.0.1:8787';

export const apiOf = (values: { readonly api?: string | undefined; readonly region?: string | undefined }): Api =>
  apiAt(values.api ?? process.env.CLOSEWATCH_API ?? LOCAL, values.region);

const problem = z.object({ title: z.string(), detail: z.string() });
/** API Gateway's own refusals. */
const refusal = z.object({ message: z.string() });

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const reasonOf = ({ status, text }: ApiReply): string => {
  const body = parsed(text);
  const ours = problem.safeParse(body);
  if (ours.success) return ours.data.detail;
  const gateways = refusal.safeParse(body);
  const said = gateways.success ? gateways.data.message : 'no reason was given';
  return status === 403 ? `Not allowed: ${said}. The caller needs execute-api:Invoke on it.` : `The API answered ${status}: ${said}.`;
};

/** @throws ApiError with the API's own reason, where it did not succeed */
export const ask = async (api: Api, request: Parameters<Api>[0]): Promise<ApiReply> => {
  const reply = await api(request);
  if (reply.status >= 200 && reply.status < 300) return reply;
  throw new ApiError(reasonOf(reply));
};

/** @throws ApiError where the answer is not what this version expects */
export const readAs = <T>(schema: z.ZodMiniType<T>, { text }: ApiReply): T => {
  const result = schema.safeParse(parsed(text));
  if (result.success) return result.data;
  throw new ApiError('The answer is not one that this version of closewatch understands; --json prints it as it is.', {
    cause: result.error,
  });
};

/** Runs a command that asks the API; returns the exit code. */
export const withApi = async (command: string, run: () => Promise<number>): Promise<number> => {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    process.stderr.write(`closewatch ${command}: ${plain(error.message)}\n`);
    return COULD_NOT_RUN;
  }
};
