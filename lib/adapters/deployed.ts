import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { HostTokens } from '../use-cases/host-ports.ts';
import { askDeployment } from './deployment.ts';
import { dynamoTokens } from './dynamodb-tokens.ts';

/** A stack as the command line reaches it. */
export interface ReachedStack {
  readonly tokens: HostTokens;
  /** The API's address; `null` where the stack does not tell. */
  readonly api: string | null;
  close(): void;
}

/** CloudFormation knows what the table of a deployment is called. */
export const reachDeployed = (stack: string, region: string | undefined): Promise<ReachedStack> => {
  const options = region === undefined ? {} : { region };
  return askDeployment(stack, options, async ({ nameOf, outputOf }) => {
    const table = await nameOf('Table');
    const client = new DynamoDBClient(options);
    return { tokens: dynamoTokens(client, table), api: outputOf('HttpApiUrl'), close: () => client.destroy() };
  });
};

/** The embedded stack's table, which asks for no credentials. */
export const reachLocal = (endpoint: string, table: string, api: string): ReachedStack => {
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
  return { tokens: dynamoTokens(client, table), api, close: () => client.destroy() };
};
