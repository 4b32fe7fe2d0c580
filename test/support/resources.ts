import { execFileSync } from 'node:child_process';
import { z } from 'zod';

const resource = z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).optional() });
const printed = z.object({ resources: z.object({ Resources: z.record(z.string(), resource) }) });
export type Resource = z.infer<typeof resource>;

let text: string | null = null;
/** serverless.yml with all variables resolved. Needs no build, so tests may do it at the same time. */
const printedService = (): string => {
  const env = { ...process.env, AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' };
  text ??= execFileSync('node_modules/.bin/osls', ['print', '--format', 'json'], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return text;
};

/** The resources beside the functions. */
export const resourcesOfInfra = (): Readonly<Record<string, Resource>> => printed.parse(JSON.parse(printedService())).resources.Resources;

const httpApi = z.object({ method: z.string(), path: z.string(), authorizer: z.unknown().optional() });
const printedFunctions = z.object({
  functions: z.record(
    z.string(),
    z.object({ handler: z.string(), events: z.array(z.object({ httpApi: httpApi.optional() })).default([]) }),
  ),
});

/** The functions, by their name in `functions/`, with the routes that lead to them. */
export const functionsOfService = (): z.infer<typeof printedFunctions>['functions'] =>
  printedFunctions.parse(JSON.parse(printedService())).functions;
