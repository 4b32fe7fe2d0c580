import { execFileSync } from 'node:child_process';
import { z } from 'zod';

const resource = z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).optional() });
const printed = z.object({ resources: z.object({ Resources: z.record(z.string(), resource) }) });
export type Resource = z.infer<typeof resource>;

/** The resources beside the functions, with all variables of serverless.yml resolved. Needs no build, so tests may do it at the same time. */
export const resourcesOfInfra = (): Readonly<Record<string, Resource>> => {
  const env = { ...process.env, AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' };
  const text = execFileSync('node_modules/.bin/osls', ['print', '--format', 'json'], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return printed.parse(JSON.parse(text)).resources.Resources;
};
