import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * The packaged CloudFormation: what would be deployed. Packaging writes to the folders of the build, so all tests over it run in one process
 * (`test/infra/template.test.ts`).
 */
const resource = z.object({
  Type: z.string(),
  Condition: z.string().optional(),
  DeletionPolicy: z.string().optional(),
  Properties: z.record(z.string(), z.unknown()).optional(),
});
const template = z.object({ Resources: z.record(z.string(), resource), Outputs: z.record(z.string(), z.object({ Value: z.unknown() })) });

export type Resource = z.infer<typeof resource>;
export type Resources = Readonly<Record<string, Resource>>;

let packaged: z.infer<typeof template> | null = null;

const packagedTemplate = (): z.infer<typeof template> => {
  if (packaged !== null) return packaged;
  execFileSync('npm', ['run', '-s', 'package'], { stdio: 'pipe' });
  packaged = template.parse(JSON.parse(readFileSync('.serverless/cloudformation-template-update-stack.json', 'utf8')));
  return packaged;
};

export const resourcesPackaged = (): Resources => packagedTemplate().Resources;

export const outputPackaged = (name: string): unknown => packagedTemplate().Outputs[name]?.Value;

/** By logical id. */
export const ofType = (type: string): readonly (readonly [string, Resource])[] =>
  Object.entries(resourcesPackaged()).filter(([, { Type }]) => Type === type);
