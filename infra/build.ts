import { rm } from 'node:fs/promises';
import { bundle, FUNCTIONS } from './bundle.ts';

const kb = (bytes: number): string => `${Math.round(bytes / 1024)} KB`;

/** Bundles each function for Lambda into `.build/<function>/`. Written here rather than by a plugin: it is two calls of esbuild. */
await rm('.build', { recursive: true, force: true });
for (const name of FUNCTIONS) {
  const { first, later } = await bundle(`functions/${name}.ts`, `.build/${name}`);
  const parts = [...later].map(([module, { bytes }]) => `${module} ${kb(bytes)}`);
  process.stdout.write(`${name}: ${kb(first.bytes)}${parts.length === 0 ? '' : `, and when needed: ${parts.join(', ')}`}\n`);
}
