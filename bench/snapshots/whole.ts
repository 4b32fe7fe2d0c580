import { createReadStream } from 'node:fs';
import { digestUpload } from '../../lib/digest/digest-upload.ts';

/** One listing to its digest as a process of its own; `run.ts` bundles it first, as the functions are, so that no types are stripped. */
const [path = ''] = process.argv.slice(2);

const outcome = await digestUpload({
  ref: { kind: 'snapshots', host: 'bench', name: 'listing' },
  uri: path,
  lastModified: '2026-11-23T10:00:00.000Z',
  body: createReadStream(path, { highWaterMark: 256 * 1024 }),
});
process.stdout.write(`${JSON.stringify(outcome)}\n`);
