import { CloudFormationClient, DescribeStackResourceCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

/** The deployment could not be asked: says why, as AWS does. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
}

/** What CloudFormation knows of a deployed stack. */
export interface Deployment {
  /** What a resource is called, by its name in the template. */
  readonly nameOf: (resource: string) => Promise<string>;
  readonly outputOf: (key: string) => string | null;
}

const describe = async (cloud: CloudFormationClient, stack: string): Promise<Deployment> => {
  const { Stacks } = await cloud.send(new DescribeStacksCommand({ StackName: stack }));
  const outputs = Stacks?.[0]?.Outputs ?? [];
  return {
    nameOf: async (LogicalResourceId) => {
      const answer = await cloud.send(new DescribeStackResourceCommand({ StackName: stack, LogicalResourceId }));
      const name = answer.StackResourceDetail?.PhysicalResourceId;
      if (name === undefined) throw new DeploymentError(`The stack ${stack} has no ${LogicalResourceId}.`);
      return name;
    },
    outputOf: (key) => outputs.find(({ OutputKey }) => OutputKey === key)?.OutputValue ?? null,
  };
};

/** @throws DeploymentError where the stack cannot be asked */
export const askDeployment = async <T>(
  stack: string,
  options: { readonly region?: string },
  ask: (deployment: Deployment) => Promise<T>,
): Promise<T> => {
  const cloud = new CloudFormationClient(options);
  try {
    return await ask(await describe(cloud, stack));
  } catch (error) {
    if (error instanceof DeploymentError) throw error;
    const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new DeploymentError(`The stack ${stack} could not be asked (${detail}).`, { cause: error });
  } finally {
    cloud.destroy();
  }
};
