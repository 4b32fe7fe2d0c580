import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openChromium, writePage } from './chromium.ts';

/** The README's pictures, of the bundled incident: `npm run screenshots`. */
const folder = mkdtempSync(join(tmpdir(), 'closewatch-page-'));
const file = join(folder, 'report.html');
writePage('lib/local/example', file);
const browser = await openChromium();
const pictures = [
  ['docs/page.png', 'light', 1000, 1060],
  ['docs/page-dark.png', 'dark', 1000, 1060],
] as const;
for (const [path, colorScheme, width, height] of pictures) {
  const page = await browser.newPage({ colorScheme, viewport: { width, height } });
  await page.goto(pathToFileURL(file).href);
  await page.screenshot({ path });
  await page.close();
}
await browser.close();
rmSync(folder, { recursive: true });
