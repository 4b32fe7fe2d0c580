import { CloudFormationClient, DescribeStackResourceCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { HostTokens } from '../use-cases/host-ports.ts';
import { dynamoTokens } from './dynamodb-tokens.ts';

/** A stack as the command line reaches it. */
export interface ReachedStack {
  readonly tokens: HostTokens;
  /** The API's address; `null` where the stack does not tell. */
  readonly api: string | null;
  close(): void;
}

/** The deployment could not be asked: says why, as AWS does. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
}

/** CloudFormation knows what the table of a deployment is called. */
export const reachDeployed = async (stack: string, region: string | undefined): Promise<ReachedStack> => {
  const options = region === undefined ? {} : { region };
  const cloud = new CloudFormationClient(options);
  try {
    const [table, stacks] = await Promise.all([
      cloud.send(new DescribeStackResourceCommand({ StackName: stack, LogicalResourceId: 'Table' })),
      cloud.send(new DescribeStacksCommand({ StackName: stack })),
    ]);
    const name = table.StackResourceDetail?.PhysicalResourceId;
    if (name === undefined) throw new DeploymentError(`The stack ${stack} has no table.`);
    const outputs = stacks.Stacks?.[0]?.Outputs ?? [];
    const client = new DynamoDBClient(options);
    return {
      tokens: dynamoTokens(client, name),
      api: outputs.find(({ OutputKey }) => OutputKey === 'HttpApiUrl')?.OutputValue ?? null,
      close: () => client.destroy(),
    };
  } catch (error) {
    if (error instanceof DeploymentError) throw error;
    const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new DeploymentError(`The stack ${stack} could not be asked (${detail}).`, { cause: error });
  } finally {
    cloud.destroy();
  }
};

/** The embedded stack's table, which asks for no credentials. */
export const reachLocal = (endpoint: string, table: string, api: string): ReachedStack => {
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
  return { tokens: dynamoTokens(client, table), api, close: () => client.destroy() };
};
