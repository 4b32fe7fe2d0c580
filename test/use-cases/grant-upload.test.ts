import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { enrolHost, revokeTokens } from '../../lib/use-cases/enrol.ts';
import { type GrantDeps, grantUpload, MAX_GRANTS_PER_MINUTE, MAX_UPLOAD_BYTES } from '../../lib/use-cases/grant-upload.ts';
import type { HostTokens, UploadPlan } from '../../lib/use-cases/host-ports.ts';
import { type HostToken, readBearer } from '../../lib/use-cases/host-token.ts';

const NOW = '2026-11-23T20:00:00.000Z';

class Tokens implements HostTokens {
  readonly all = new Map<string, HostToken>();
  uses = 0;
  put = async (token: HostToken): Promise<void> => void this.all.set(token.id, token);
  get = async (id: string): Promise<HostToken | null> => this.all.get(id) ?? null;
  list = async (host: string | null): Promise<readonly HostToken[]> =>
    [...this.all.values()].filter((token) => host === null || token.host === host);
  revoke = async (id: string, at: string): Promise<boolean> => {
    const token = this.all.get(id);
    if (token !== undefined) this.all.set(id, { ...token, revokedAt: at });
    return token !== undefined;
  };
  use = async (_id: string, _now: string, limit: number): Promise<boolean> => {
    this.uses += 1;
    return this.uses <= limit;
  };
}

const random = (seed: number) => ({ id: Buffer.alloc(8, seed), secret: Buffer.alloc(32, seed + 100) });

const world = async () => {
  const tokens = new Tokens();
  const signed: UploadPlan[] = [];
  const said: string[] = [];
  const deps: GrantDeps = {
    tokens,
    signer: {
      sign: async (plan) => {
        signed.push(plan);
        return { url: 'https://x/', method: 'PUT', headers: {}, expiresAt: NOW };
      },
    },
    clock: { now: () => NOW },
    journal: {
      info: (message, fields) => void said.push(`${message} ${JSON.stringify(fields)}`),
      warn: (message, fields) => void said.push(`${message} ${JSON.stringify(fields)}`),
    },
  };
  const enrolled = await enrolHost('web-03', random(1), NOW, tokens);
  assert.ok(enrolled.kind === 'enrolled');
  return { tokens, signed, said, deps, text: enrolled.text, token: enrolled.token };
};

const PLAN = { key: 'hosts/web-03/snapshots/a.gz', size: 10, type: 'application/gzip' };

const kindOf = async (deps: GrantDeps, header: string | undefined, plan: unknown): Promise<string> =>
  (await grantUpload(header, JSON.stringify(plan), deps)).kind;

test('grants a host what is its own, and tells of it without the token', async () => {
  const { deps, signed, said, text, token } = await world();
  assert.equal(await kindOf(deps, `Bearer ${text}`, PLAN), 'granted');
  assert.equal(await kindOf(deps, `bearer ${text}`, { ...PLAN, key: 'hosts/web-03/logs/app/x' }), 'granted');
  assert.deepEqual(signed[0], { ...PLAN, sha256: null });
  assert.equal(said.length, 2);
  assert.ok(said.every((line) => line.includes(token.id) && !line.includes(text.slice(-43))));
});

test('keeps the hash of the secret and nothing that it follows from', async () => {
  const { token, text } = await world();
  assert.ok(!JSON.stringify(token).includes(text.slice(-43)));
  // sha256 of the secret's text by another tool: printf %s "$(head -c 32 /dev/zero | tr '\0' e | base64 | tr +/ -_ | tr -d =)" | sha256sum
  assert.equal(token.hash, 'b7ec0ad850cb2dc6d46b0382368e7324345315dcdea54c343388d25760fdf082');
});

test('refuses tokens that are unknown, wrong, revoked, or shown in another way', async () => {
  const { deps, tokens, text, said } = await world();
  const wrongSecret = `${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`;
  const headers = [undefined, '', text, `Basic ${text}`, `Bearer ${wrongSecret}`, `Bearer ${text}x`, `Bearer ${text} x`];
  for (const header of headers) assert.equal(await kindOf(deps, header, PLAN), 'unknown-token', header);
  assert.equal(await kindOf(deps, `Bearer ${text.replace(/^cw_../, 'cw_ff')}`, PLAN), 'unknown-token');
  assert.equal((await revokeTokens('web-03', NOW, tokens)).length, 1);
  assert.equal(await kindOf(deps, `Bearer ${text}`, PLAN), 'unknown-token');
  assert.equal((await revokeTokens('web-03', NOW, tokens)).length, 0);
  // Operators see who was refused, and why; a guess at an id is nobody's.
  assert.deepEqual(
    said.map((line) => /"reason":"([^"]+)"/.exec(line)?.[1]),
    ['wrong secret', 'revoked'],
  );
});

test('revokes one token by its id, and leaves the others of the host', async () => {
  const { deps, tokens, text, token } = await world();
  const second = await enrolHost('web-03', random(2), NOW, tokens);
  assert.ok(second.kind === 'enrolled' && second.others === 1);
  await revokeTokens(token.id, NOW, tokens);
  assert.equal(await kindOf(deps, `Bearer ${text}`, PLAN), 'unknown-token');
  assert.equal(await kindOf(deps, `Bearer ${second.text}`, PLAN), 'granted');
});

test('tells another host, a size, and a shape that do not fit apart', async () => {
  const { deps, text } = await world();
  const cases: readonly (readonly [string, unknown])[] = [
    ['other-host', { ...PLAN, key: 'hosts/web-04/snapshots/a' }],
    ['other-host', { ...PLAN, key: 'hosts/web-033/snapshots/a' }],
    ['other-host', { ...PLAN, key: 'events/a' }],
    ['too-large', { ...PLAN, size: MAX_UPLOAD_BYTES + 1 }],
    ['granted', { ...PLAN, size: MAX_UPLOAD_BYTES }],
    ['malformed', { ...PLAN, size: 0 }],
    ['malformed', { ...PLAN, size: 1.5 }],
    ['malformed', { ...PLAN, type: 'text/html' }],
    ['malformed', { ...PLAN, sha256: 'short' }],
    ['malformed', { ...PLAN, key: 'hosts/web-03/secrets/a' }],
    ['malformed', { ...PLAN, key: `hosts/web-03/snapshots/${'a'.repeat(600)}` }],
    ['malformed', { ...PLAN, key: 'hosts/web-03/snapshots/../../web-04/snapshots/a' }],
    ['malformed', { ...PLAN, key: 'hosts/web-03//snapshots/a' }],
    ['malformed', { ...PLAN, key: 'hosts/web-03/snapshots/a\r\nb' }],
    ['malformed', { ...PLAN, acl: 'public-read' }],
    ['malformed', null],
  ];
  for (const [kind, plan] of cases) assert.equal(await kindOf(deps, `Bearer ${text}`, plan), kind, JSON.stringify(plan));
  assert.equal((await grantUpload(`Bearer ${text}`, '{"key":', deps)).kind, 'malformed');
});

test('signs nothing outside the host, whatever key is asked for', async () => {
  const { deps, signed, text } = await world();
  const part = fc.oneof(
    fc.constantFrom('hosts', 'web-03', 'web-04', 'snapshots', 'logs', '..', '.', '', '%2e%2e', '\\'),
    fc.string({ maxLength: 6 }),
  );
  const key = fc.array(part, { minLength: 1, maxLength: 7 }).map((parts) => parts.join('/'));
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        key,
        key.map((text) => `hosts/web-03/snapshots/${text}`),
      ),
      async (text_) => {
        deps.tokens.use = async () => true;
        await grantUpload(`Bearer ${text}`, JSON.stringify({ ...PLAN, key: text_ }), deps);
      },
    ),
    { numRuns: 3000 },
  );
  assert.ok(signed.length > 100);
  // Where an address is resolved as browsers, proxies and curl do, it is still this host's.
  for (const { key: granted } of signed)
    assert.ok(
      new URL(granted.split('/').map(encodeURIComponent).join('/'), 'https://bucket/').pathname.startsWith('/hosts/web-03/'),
      granted,
    );
});

test('counts the uses of a token, those that were refused aside', async () => {
  const { deps, text } = await world();
  for (let i = 0; i < MAX_GRANTS_PER_MINUTE; i += 1) {
    assert.equal(await kindOf(deps, `Bearer ${text}`, PLAN), 'granted');
    await kindOf(deps, `Bearer ${text}`, { ...PLAN, size: 0 });
  }
  assert.equal(await kindOf(deps, `Bearer ${text}`, PLAN), 'too-many');
});

test('enrols only what may stand in a key', async () => {
  const tokens = new Tokens();
  for (const host of ['', '-x', 'a/b', 'a b', 'x'.repeat(65), '..', 'a\n'])
    assert.equal((await enrolHost(host, random(1), NOW, tokens)).kind, 'bad-name');
  assert.equal(tokens.all.size, 0);
});

test('reads a header of any length and content in no time', () => {
  for (const header of [`Bearer ${' '.repeat(100_000)}x`, `Bearer cw_${'0'.repeat(100_000)}`, 'a '.repeat(50_000)])
    assert.equal(readBearer(header), null);
});
