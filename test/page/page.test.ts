import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { incident } from '../support/incidents.ts';
import { openChromium, withoutChromium, writePage } from './chromium.ts';
import { flaws, overflow } from './looks.ts';

const skip = withoutChromium;
const folder = mkdtempSync(join(tmpdir(), 'page-'));
const report = join(folder, 'report.html');
let browser: Browser;
let printed = '';

before(async () => {
  printed = writePage('lib/local/example', report);
  if (skip === false) browser = await openChromium();
});

after(async () => {
  if (skip === false) await browser.close();
  rmSync(folder, { recursive: true });
});

/** The page, and everything that it asked for or complained of. */
const open = async (file: string, options: BrowserContextOptions = {}): Promise<{ page: Page; noise: string[]; requests: string[] }> => {
  const page = await (await browser.newContext(options)).newPage();
  const noise: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => noise.push(message.text()));
  page.on('dialog', (dialog) => {
    noise.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  return { page, noise, requests };
};

test('says first what fails, who causes it and what to do, in the words of the email', { skip }, async () => {
  const { page } = await open(report);
  const words = printed.replaceAll(/\s+/g, ' ');
  const subject = words.slice(0, words.indexOf(' ===')).replace(/^CRITICAL /, '');
  assert.equal((await page.locator('h1').innerText()).trim(), subject);
  const text = (await page.locator('main').innerText()).replaceAll(/\s+/g, ' ');
  const [what, who, now] = ['login fails with "Address already in use", 69 times', 'leaks CLOSE_WAIT', 'Restart python3 (pid 28429)'].map(
    (one) => text.indexOf(one),
  );
  assert.ok(what !== undefined && what >= 0 && now !== undefined && now > what && who !== undefined && who >= 0, text.slice(0, 600));
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`axe finds no flaw, ${colorScheme}, also at phone width and with the figures open`, { skip }, async () => {
    const { page } = await open(report, { colorScheme });
    assert.deepEqual(await flaws(page), []);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.locator('summary').click();
    assert.deepEqual(await flaws(page), []);
    assert.equal(await overflow(page), 0);
  });

test('asks for nothing but itself, and its policy refuses nothing of its own', { skip }, async () => {
  const { noise, requests } = await open(report);
  assert.deepEqual(noise, []);
  assert.deepEqual(requests, [pathToFileURL(report).href]);
});

test('its policy forbids scripts, also those that were written into it', { skip }, async () => {
  const { page } = await open(report);
  // A string: the tests are checked without the browser's types.
  const ran = await page.evaluate(`
    const script = document.createElement('script');
    script.textContent = 'document.title = "ran"';
    document.body.append(script);
    document.title === 'ran'`);
  assert.equal(ran, false);
});

test('is the same without script; the figures open by the keyboard alone', { skip }, async () => {
  const { page } = await open(report, { javaScriptEnabled: false });
  await page.locator('svg').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('columnheader', { name: /CLOSE_WAIT of python3/ }).waitFor({ timeout: 5000 });
});

test('a program and a log that carry markup stay text', { skip }, async () => {
  const hostile = join(folder, 'hostile');
  const markup = '</title></style><img src=x onerror=alert(1)><svg onload=alert(2)>';
  mkdirSync(hostile);
  for (const [key, bytes] of incident('seed-ss').objects) {
    const path = join(hostile, key);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(
      path,
      gunzipSync(bytes)
        .toString('utf8')
        .replaceAll('(("python3"', `(("${markup}"`)
        .replaceAll('BindException:', `BindException: ${markup}`),
    );
  }
  const file = join(folder, 'hostile.html');
  writePage(hostile, file);
  const { page, noise, requests } = await open(file);
  assert.deepEqual(noise, []);
  assert.deepEqual(requests, [pathToFileURL(file).href]);
  assert.equal(await page.locator('img, script, [onload], [onerror]').count(), 0);
  assert.match(await page.locator('main').innerText(), /<img/);
});
