import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { build, type Metafile, type OutputFile, transform } from 'esbuild';

/** How a function is bundled for Lambda, in one place: what is measured (bench/cold-start) is what is deployed. */

export const FUNCTIONS = ['ingest', 'sweep', 'query', 'attend', 'pages', 'uploads', 'rotate'] as const;

export interface Part {
  readonly bytes: number;
  /** Beside each other; the first of them loads the others. */
  readonly files: readonly string[];
  /** The modules in it, without those of which nothing is left. */
  readonly modules: readonly string[];
}

export interface Bundle {
  /** What is loaded before the handler can be called. */
  readonly first: Part;
  /** Our modules that are loaded when something needs them (`import()`), each with what comes along and was not loaded first. */
  readonly later: ReadonlyMap<string, Part>;
}

type Outputs = Metafile['outputs'];

/** A file with all that it imports at once. */
const closureOf = (path: string, outputs: Outputs, seen: ReadonlySet<string> = new Set()): ReadonlySet<string> => {
  if (seen.has(path)) return seen;
  const next = (outputs[path]?.imports ?? []).filter(({ kind, external }) => kind === 'import-statement' && external !== true);
  return next.reduce<ReadonlySet<string>>((all, file) => closureOf(file.path, outputs, all), new Set([...seen, path]));
};

const modulesIn = (output: Outputs[string] | undefined): readonly string[] =>
  Object.entries(output?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) => (bytesInOutput === 0 ? [] : [path]));

const partsOf = (entry: string, outputs: Outputs, sizes: ReadonlyMap<string, number>): Bundle => {
  const part = (paths: readonly string[]): Part => ({
    bytes: paths.reduce((sum, path) => sum + (sizes.get(basename(path)) ?? 0), 0),
    files: paths.map((path) => basename(path)),
    modules: paths.flatMap((path) => modulesIn(outputs[path])),
  });
  const starts = Object.entries(outputs).flatMap(([path, { entryPoint }]) =>
    entryPoint === undefined ? [] : [[entryPoint, path] as const],
  );
  const first = closureOf(starts.find(([module]) => module === entry)?.[1] ?? '', outputs);
  const later = starts
    .filter(([module]) => module !== entry && !module.startsWith('node_modules/'))
    .map(([module, path]) => [module, part([...closureOf(path, outputs)].filter((one) => !first.has(one)))] as const);
  return { first: part([...first]), later: new Map(later) };
};

/**
 * CommonJS, since importing `node:http` into an ES module reads each of its exports, of which one loads an HTTP client that nothing here uses
 * (30 ms of each cold start). esbuild splits ES modules only, so that is done first.
 */
const toCommonJs = async ({ path, text }: OutputFile): Promise<readonly [string, number]> => {
  const { code } = await transform(text, {
    format: 'cjs',
    minify: true,
    platform: 'node',
    target: 'node24',
    legalComments: 'none',
    // `import()` of a file beside it is a `require` when it is reached: without Node's second loader.
    supported: { 'dynamic-import': false },
  });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, code);
  return [basename(path), Buffer.byteLength(code)];
};

/**
 * Bundles into `index.cjs`, beside it what several parts need, and what is imported when it is needed: of ours, and much of the SDK's
 * credentials, which no Lambda asks for. The SDK is bundled too: what runs is what was tested, whatever the runtime brings along.
 */
export const bundle = async (entry: string, outdir: string): Promise<Bundle> => {
  const { metafile, outputFiles } = await build({
    entryPoints: [{ in: entry, out: 'index' }],
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    outExtension: { '.js': '.cjs' },
    legalComments: 'none',
    metafile: true,
    write: false,
  });
  return partsOf(entry, metafile.outputs, new Map(await Promise.all(outputFiles.map(toCommonJs))));
};
