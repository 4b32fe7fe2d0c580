import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Stack } from '../../lib/local/stack.ts';
import { closewatch } from '../support/closewatch.ts';
import { startExampleStack } from '../support/example-stack.ts';
import { openChromium, withoutChromium } from './chromium.ts';
import { flaws, overflow } from './looks.ts';

/** What somebody who is woken at night does: opens the email's link, reads, looks at the picture; logs in, filters, goes to the host. */

const skip = withoutChromium;
let stack: Stack;
let browser: Browser;
let link = '';

before(async () => {
  if (skip !== false) return;
  ({ stack, link } = await startExampleStack());
  browser = await openChromium();
});

after(async () => {
  if (skip !== false) return;
  await browser.close();
  await stack.stop();
});

interface Opened {
  readonly page: Page;
  /** What the browser complained of: a policy that is broken, a request that fails. */
  readonly noise: string[];
  readonly elsewhere: string[];
}

const newPage = async (options: BrowserContextOptions = {}): Promise<Opened> => {
  const page = await (await browser.newContext(options)).newPage();
  const noise: string[] = [];
  const elsewhere: string[] = [];
  page.on('console', (message) => noise.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith(stack.apiAddress)) elsewhere.push(request.url());
  });
  return { page, noise, elsewhere };
};

const logIn = async (...args: readonly string[]): Promise<Opened> => {
  const opened = await newPage();
  const { stdout } = await closewatch(['open', '--print', ...args, '--api', stack.apiAddress]);
  await opened.page.goto(stdout.trim());
  await opened.page.waitForURL(/\/(?:analyses|hosts)/);
  return opened;
};

test('the link of the email: the diagnosis, and the figures of a moment under the pointer', { skip }, async () => {
  const { page, noise, elsewhere } = await newPage({ javaScriptEnabled: false });
  await page.goto(link);
  assert.match(await page.locator('h1').innerText(), /login cannot bind, python3 \(pid 28429\) leaks CLOSE_WAIT/);
  assert.match(await page.locator('.lead').innerText(), /Do now\s+Restart python3 \(pid 28429\)/);
  const tips = page.locator('.tip');
  assert.equal(await tips.locator('visible=true').count(), 0);
  const columns = page.locator('.column');
  await columns.last().hover();
  const shown = (await page.locator('.at:hover .tip text').allTextContents()).join(' ');
  assert.match(shown, /10:39:15 UTC\s*1,000 ephemeral ports in use\s*1,000 CLOSE_WAIT of python3 \(pid 28429\)/);
  assert.deepEqual([noise, elsewhere], [[], []]);
});

test('logged in: filters the list, shares the address, and goes to the host', { skip }, async () => {
  const { page, noise } = await logIn();
  await page.getByLabel('Severity').selectOption('info');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.getByText('Nothing matches').waitFor();
  await page.getByLabel('Severity').selectOption('critical');
  await page.getByRole('textbox', { name: 'Host' }).fill('web-03');
  await page.getByRole('button', { name: 'Filter' }).click();
  assert.match(page.url(), /host=web-03.*severity=critical/);
  const shared = page.url();
  await page.goto('about:blank');
  await page.goto(shared);
  assert.equal(await page.getByRole('textbox', { name: 'Host' }).inputValue(), 'web-03');
  await page.getByRole('link', { name: 'web-03', exact: true }).click();
  assert.equal(await page.locator('h1').innerText(), 'web-03');
  await page.locator('svg').waitFor();
  assert.deepEqual(noise, []);
});

test('an upload is one click away, and is saved rather than shown', { skip }, async () => {
  const { page } = await logIn();
  await page.getByRole('link', { name: /leaks CLOSE_WAIT/ }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /logs\/login\// }).click()]);
  // The emulator of S3 does not name it as it is asked to.
  assert.match(decodeURIComponent(download.url()), /attachment; filename="hosts_web-03_logs_login_20261123T103915Z\.gz"/);
});

test('somebody takes it on, and the page says so', { skip }, async () => {
  const { page } = await logIn();
  await page.getByRole('link', { name: /leaks CLOSE_WAIT/ }).click();
  await page.getByLabel('Why').first().fill('restarting it');
  await page.getByRole('button', { name: 'I am on it' }).click();
  await page.getByRole('button', { name: 'Nobody is on it any more' }).waitFor();
  assert.match(await page.locator('main').innerText(), /On it\s+somebody since .*: restarting it/);
});

test('without a session there is a way in, and no list', { skip }, async () => {
  const { page } = await newPage();
  await page.goto(`${stack.apiAddress}/analyses`);
  assert.match(await page.locator('main').innerText(), /closewatch open/);
  assert.equal(await page.locator('table').count(), 0);
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`axe finds no flaw in any page, ${colorScheme}, at phone width too`, { skip }, async () => {
    const { page } = await logIn('web-03');
    await page.emulateMedia({ colorScheme });
    const analysis = new URL(link).pathname;
    for (const width of [1000, 360]) {
      await page.setViewportSize({ width, height: 800 });
      for (const path of ['/analyses', '/hosts', '/hosts/web-03', analysis]) {
        await page.goto(`${stack.apiAddress}${path}`);
        assert.deepEqual(await flaws(page), [], `${path} at ${width}`);
        assert.equal(await overflow(page), 0, `${path} at ${width}`);
      }
    }
  });
