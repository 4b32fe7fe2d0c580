import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

/**
 * Bundles each function for Lambda into `.build/<function>/index.mjs`. The SDK is bundled too: what runs is what was tested, whatever
 * the runtime brings along. Written here rather than by a plugin: it is one call of esbuild.
 */
const FUNCTIONS = ['ingest', 'sweep', 'query', 'attend', 'pages', 'uploads', 'rotate'];

/** Some dependencies are CommonJS and call `require` for Node's own modules, which an ES module has not. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

await rm('.build', { recursive: true, force: true });
for (const name of FUNCTIONS) {
  const result = await build({
    entryPoints: [`functions/${name}.ts`],
    outfile: `.build/${name}/index.mjs`,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE },
    legalComments: 'none',
    metafile: true,
  });
  const bytes = Object.values(result.metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  process.stdout.write(`${name}: ${Math.round(bytes / 1024)} KB\n`);
}
