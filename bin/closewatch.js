#!/usr/bin/env node
// Plain JavaScript, so that an older Node can say what is missing rather than fail on the first type.
import { mkdirSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

const canMake = (folder) => {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    return error.code === 'EEXIST';
  }
};

/**
 * What Node has stripped of types and compiled is kept between runs: else that is most of a short command's time. Not in the shared
 * folder for temporary files, Node's choice: code that another user could have put there would run as this one (root, to see all sockets).
 * Where the folder cannot be made, nothing is kept. It is made here, since Node never ends where a file system has no room for one (/proc).
 */
const keepCompiled = () => {
  const stated = process.env.XDG_CACHE_HOME ?? '';
  const cache = isAbsolute(stated) ? stated : join(homedir(), '.cache');
  const own = join(cache, 'closewatch');
  if (canMake(cache) && canMake(own)) nodeModule.enableCompileCache(own);
};

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `closewatch needs Node 24 and runs on ${process.versions.node}. In its checkout, after \`npm ci\`, \`npm exec -- closewatch …\` uses the Node 24 that npm installed.\n`,
  );
  process.exitCode = 2;
} else {
  keepCompiled();
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2));
}
