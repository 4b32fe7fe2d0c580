import { mkdir, writeFile } from 'node:fs/promises';
import { type Bundle, bundle, type FUNCTIONS } from '../../infra/bundle.ts';

/** What a bundle is compared with: a handler that imports the same SDK clients and nothing else, each of them as early or as late. */

export interface Clients {
  /** Loaded with the handler. */
  readonly first: readonly string[];
  /** With what is imported when it is needed. */
  readonly later: readonly string[];
}

const NAMES: Readonly<Record<string, string>> = {
  dynamodb: 'DynamoDBClient',
  s3: 'S3Client',
  'secrets-manager': 'SecretsManagerClient',
  sns: 'SNSClient',
};

/** What each function may have of the SDK: what it cannot call it needs no right for, and what it seldom calls it loads late. */
export const CLIENTS: Readonly<Record<(typeof FUNCTIONS)[number], Clients>> = {
  ingest: { first: ['dynamodb', 's3'], later: ['secrets-manager', 'sns'] },
  sweep: { first: ['dynamodb', 's3'], later: ['secrets-manager', 'sns'] },
  query: { first: ['dynamodb'], later: [] },
  attend: { first: ['dynamodb', 'secrets-manager'], later: [] },
  pages: { first: ['dynamodb', 'secrets-manager'], later: ['s3'] },
  uploads: { first: ['dynamodb', 's3'], later: [] },
  rotate: { first: ['secrets-manager'], later: [] },
};

const clientsAmong = (modules: readonly string[]): readonly string[] =>
  Object.keys(NAMES).filter((client) => modules.some((module) => module.includes(`@aws-sdk/client-${client}/`)));

export const clientsOf = ({ first, later }: Bundle): Clients => {
  const early = clientsAmong(first.modules);
  const all = clientsAmong([...later.values()].flatMap(({ modules }) => modules));
  return { first: early, later: all.filter((client) => !early.includes(client)) };
};

const importing = (clients: readonly string[], more = ''): string => {
  const imports = clients.map((client) => `import { ${NAMES[client]} } from '@aws-sdk/client-${client}';\n`).join('');
  return `${imports}export const handler = () => [${clients.map((client) => `new ${NAMES[client]}({})`).join(', ')}];\n${more}`;
};

/** @param folder within this repository, so that its packages are found; `index.cjs` is in `<folder>/out` */
export const bundleControl = async ({ first, later }: Clients, folder: string): Promise<Bundle> => {
  await mkdir(folder, { recursive: true });
  const entry = `${folder}/control.ts`;
  await writeFile(`${folder}/later.ts`, importing(later));
  await writeFile(entry, importing(first, later.length === 0 ? '' : "export const later = () => import('./later.ts');\n"));
  return bundle(entry, `${folder}/out`);
};
