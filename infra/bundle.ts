import { build } from 'esbuild';

/** How a function is bundled for Lambda, in one place: what is measured (bench/cold-start) is what is deployed. */

export const FUNCTIONS = ['ingest', 'sweep', 'query', 'attend', 'pages', 'uploads', 'rotate'] as const;

/**
 * The SDK is bundled too: what runs is what was tested, whatever the runtime brings along. CommonJS, since importing `node:http` into an
 * ES module reads each of its exports, of which one loads an HTTP client that nothing here uses (30 ms of each cold start).
 *
 * @returns the files that went into the bundle
 */
export const bundle = async (entry: string, outfile: string): Promise<readonly string[]> => {
  const { metafile } = await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    legalComments: 'none',
    metafile: true,
  });
  const [output] = Object.values(metafile.outputs);
  // Those of which nothing is left were shaken out.
  return Object.entries(output?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) => (bytesInOutput === 0 ? [] : [path]));
};
