import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';

const ROOT = new URL('../fixtures/incidents', import.meta.url).pathname;

const culprit = z.object({
  pid: z.number().optional(),
  command: z.string().optional(),
  peer: z.string().optional(),
  localPort: z.number().optional(),
});
const truth = z.object({
  host: z.string(),
  cause: z.string().nullable(),
  mechanism: z.string().optional(),
  side: z.string().optional(),
  port: z.number().optional(),
  culprit: culprit.optional(),
  victim: z.object({ app: z.string().optional(), kind: z.string().optional(), failures: z.number().optional() }).optional(),
  alsoTrue: z.array(z.object({ cause: z.string(), pid: z.number().optional() })).optional(),
});
export type Truth = z.infer<typeof truth>;

export interface Incident {
  readonly name: string;
  readonly folder: string;
  readonly truth: Truth;
  /** What the hosts uploaded, by key. */
  readonly objects: ReadonlyMap<string, Uint8Array>;
}

const readIncident = (name: string): Incident => {
  const folder = join(ROOT, name);
  const files = readdirSync(join(folder, 'hosts'), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, 'hosts', file));
  return {
    name,
    folder: join(folder, 'hosts'),
    truth: truth.parse(JSON.parse(readFileSync(join(folder, 'incident.json'), 'utf8'))),
    objects: new Map(files.filter((file) => statSync(file).isFile()).map((file) => [relative(folder, file), readFileSync(file)])),
  };
};

/** The recordings, with what truly happened. */
export const incidents: readonly Incident[] = readdirSync(ROOT)
  .filter((name) => statSync(join(ROOT, name)).isDirectory())
  .map(readIncident);

export const incident = (name: string): Incident => {
  const found = incidents.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no recording named ${name}`);
  return found;
};
