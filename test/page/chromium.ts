import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's; another with `CHROMIUM=/path/to/it`. */
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Why there is no browser test here; `false` where there is a browser. */
export const withoutChromium: string | false = existsSync(CHROMIUM) ? false : `${CHROMIUM} is not installed (apt-get install chromium)`;

/** As root Chromium runs without its sandbox only; the page is our own. It must not look for updates: a test reaches nothing but its files. */
export const openChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync'],
  });

/** Writes the page of what lies in `folder`, as a person does; returns what the command printed. */
export const writePage = (folder: string, file: string): string => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/closewatch.js', 'analyze', '--html', file, folder], {
    encoding: 'utf8',
  });
  if (status === 2 || !existsSync(file)) throw new Error(`analyze --html wrote no page: ${stderr}`);
  return stdout;
};
