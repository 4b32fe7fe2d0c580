import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import * as z from 'zod/mini';

/**
 * Under which licences others' code is used: THIRD_PARTY.md, from the lockfile and what is installed. `node infra/licences.ts` writes it, and
 * fails where a licence is unknown or asks more than to be named.
 */

const lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.optional(z.string()),
      license: z.optional(z.string()),
      dev: z.optional(z.boolean()),
      optional: z.optional(z.boolean()),
    }),
  ),
});
const manifest = z.object({ license: z.optional(z.unknown()) });

/** Ask for no more than their notice. */
const PERMISSIVE = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'Python-2.0',
  'PSF-2.0',
]);
/** Ask for changes to their own files: of tools that are neither changed nor handed on. */
const FOR_TOOLS = new Set([...PERMISSIVE, 'MPL-2.0']);

export interface Package {
  readonly name: string;
  readonly version: string;
  /** SPDX; `null` where none is stated. */
  readonly licence: string | null;
  /** Of tools and tests: in nothing that is deployed or installed. */
  readonly isTool: boolean;
}

/** Alternatives that all are known ids; anything more is for somebody to read. */
export const isAllowed = ({ licence, isTool }: Package): boolean => {
  const allowed = isTool ? FOR_TOOLS : PERMISSIVE;
  const alternatives = (licence ?? '').replace(/^\((.*)\)$/, '$1').split(' OR ');
  return alternatives.some((one) => allowed.has(one));
};

const installed = (path: string): string | null => {
  try {
    const { license } = manifest.parse(JSON.parse(readFileSync(`${path}/package.json`, 'utf8')));
    return typeof license === 'string' ? license : null;
  } catch (error) {
    // Of another platform: the lockfile has its word.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
};

export const packagesOf = (lock: unknown, installedLicence: (path: string) => string | null): readonly Package[] =>
  Object.entries(lockfile.parse(lock).packages)
    .filter(([path]) => path !== '')
    .map(([path, { version = '', license, dev = false }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      licence: license ?? installedLicence(path),
      isTool: dev,
    }))
    .sort((a, b) => (a.name === b.name ? (a.version < b.version ? -1 : 1) : a.name < b.name ? -1 : 1));

const rows = (packages: readonly Package[]): string =>
  packages.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence ?? 'none stated'} |\n`).join('');

const TABLE = '| package | version | licence |\n| --- | --- | --- |\n';

export const thirdParty = (packages: readonly Package[]): string => `# Others' code

Made by \`npm run licences\` from the lockfile.

## In what is deployed or installed

${TABLE}${rows(packages.filter(({ isTool }) => !isTool))}
## Tools and tests only

${TABLE}${rows(packages.filter(({ isTool }) => isTool))}`;

export const currentPackages = (): readonly Package[] => packagesOf(JSON.parse(readFileSync('package-lock.json', 'utf8')), installed);

const main = (): number => {
  const packages = currentPackages();
  writeFileSync('THIRD_PARTY.md', thirdParty(packages));
  const refused = packages.filter((one) => !isAllowed(one));
  for (const { name, version, licence } of refused)
    process.stderr.write(
      `${name} ${version}: ${licence ?? 'no licence is stated'}. Read it; infra/licences.ts says which are taken without asking.\n`,
    );
  process.stdout.write(`${packages.length} packages, ${refused.length} with a licence to be read.\n`);
  return refused.length === 0 ? 0 : 1;
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = main();
