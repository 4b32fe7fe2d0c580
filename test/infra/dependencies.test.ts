import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { verdictOf } from '../../infra/audit.ts';
import { currentPackages, isAllowed, packagesOf, thirdParty } from '../../infra/licences.ts';

test('lists the licences of all that is in the lockfile (else run: npm run licences)', () => {
  const packages = currentPackages();
  const { packages: locked } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  assert.equal(packages.length, Object.keys(locked).length - 1);
  assert.equal(readFileSync('THIRD_PARTY.md', 'utf8'), thirdParty(packages));
  for (const one of packages) assert.ok(isAllowed(one), `${one.name}: ${one.licence}`);
});

test('lists the licence that the package itself states', () => {
  for (const name of ['zod', '@middy/core', '@aws-sdk/client-s3', 'aws4fetch']) {
    const { license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
    assert.equal(currentPackages().find((one) => one.name === name)?.licence, license, name);
  }
});

test('refuses licences that are unknown or ask for more than their notice', () => {
  const licence = (text: string | undefined, dev = false): boolean => {
    const entry = { version: '1.0.0', ...(text === undefined ? {} : { license: text }), ...(dev ? { dev } : {}) };
    const [one] = packagesOf({ packages: { '': {}, 'node_modules/x': entry } }, () => null);
    assert.ok(one !== undefined);
    return isAllowed(one);
  };
  for (const text of ['MIT', 'Apache-2.0', 'MIT OR Apache-2.0', '(MIT OR GPL-3.0-only)']) assert.equal(licence(text), true, text);
  for (const text of ['GPL-3.0-only', 'AGPL-3.0', 'LGPL-2.1', 'UNLICENSED', 'SEE LICENSE IN LICENSE', 'MIT AND GPL-2.0', '', undefined])
    assert.equal(licence(text), false, String(text));
  assert.deepEqual([licence('MPL-2.0'), licence('MPL-2.0', true), licence('GPL-3.0-only', true)], [false, true, false]);
});

test('takes the licence from the package where the lockfile states none', () => {
  const [one] = packagesOf({ packages: { 'node_modules/a/node_modules/@x/y': { version: '2.0.0' } } }, (path) => path);
  assert.deepEqual(one, { name: '@x/y', version: '2.0.0', licence: 'node_modules/a/node_modules/@x/y', isTool: false });
});

/** The form of npm's report, version 2 (npm-audit-report's documentation). */
const report = (vulnerabilities: object, total: number): string =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: { vulnerabilities: { total } } });

test('an audit that found nothing is clean, one that found something is not, one that was not answered is neither', () => {
  assert.deepEqual(verdictOf(report({}, 0)), { kind: 'clean' });
  const found = { left: { name: 'left', severity: 'high', range: '<2.0.0', fixAvailable: true } };
  assert.deepEqual(verdictOf(report(found, 1)), { kind: 'vulnerable', lines: ['high: left <2.0.0'] });
  assert.equal(verdictOf(report({}, 1)).kind, 'vulnerable');
  const refused = JSON.stringify({ message: '405 Method Not Allowed', method: 'POST', statusCode: 405 });
  assert.deepEqual(verdictOf(refused), { kind: 'unknown', reason: '405 Method Not Allowed' });
  for (const text of ['', 'npm error', '{}', 'null']) assert.equal(verdictOf(text).kind, 'unknown', text);
});
