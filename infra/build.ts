import { rm, stat } from 'node:fs/promises';
import { bundle, FUNCTIONS } from './bundle.ts';

/** Bundles each function for Lambda into `.build/<function>/index.cjs`. Written here rather than by a plugin: it is one call of esbuild. */
await rm('.build', { recursive: true, force: true });
for (const name of FUNCTIONS) {
  const outfile = `.build/${name}/index.cjs`;
  await bundle(`functions/${name}.ts`, outfile);
  process.stdout.write(`${name}: ${Math.round((await stat(outfile)).size / 1024)} KB\n`);
}
