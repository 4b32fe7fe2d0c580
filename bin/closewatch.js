#!/usr/bin/env node
// Plain JavaScript, so that an older Node can say what is missing rather than fail on the first type.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `closewatch needs Node 24 and runs on ${process.versions.node}. In its checkout, after \`npm ci\`, \`npm exec -- closewatch …\` uses the Node 24 that npm installed.\n`,
  );
  process.exitCode = 2;
} else {
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2));
}
