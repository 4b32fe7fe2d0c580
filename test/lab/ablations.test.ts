import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ABLATIONS, type Upload } from './ablations.ts';

const SNAPSHOT = `==> meta <==
host: web-1
taken_at: 2026-11-23T10:00:00Z

==> ss -tanpe <==
ESTAB 0 0 10.0.0.1:30000 10.0.0.2:80 users:(("x",pid=1,fd=2",pid=77,fd=5)) ino:9 sk:a cgroup:/system.slice/x.service <->

==> netstat -natpo <==
tcp        0      0 10.0.0.1:30000          10.0.0.2:80             ESTABLISHED 812/nginx: worker p off (0.00/0/0)
tcp6       0      0 :::8080                 :::*                    LISTEN      77/java
tcp        0      0 10.0.0.1:30001          10.0.0.2:80             TIME_WAIT   -

==> sysctl <==
net.ipv4.ip_local_port_range = 30000 30499

==> fds <==
77 5 1024 4096
`;

const upload = (key: string, text = ''): Upload => ({ key, text, modifiedAt: '2026-11-23T10:00:00.000Z' });
const snapshot = (second: number): Upload => upload(`hosts/web-1/snapshots/20261123T10000${second}Z.txt`, SNAPSHOT);
const uploads = [0, 1, 2, 3, 4].map(snapshot);

const apply = (name: string, to: readonly Upload[] = [snapshot(0)], app: string | null = null): readonly Upload[] => {
  const ablation = ABLATIONS[name];
  if (ablation === undefined) throw new Error(`no ablation ${name}`);
  return ablation(to, app);
};
const keys = (name: string, app: string | null = null, of: readonly Upload[] = uploads): readonly string[] =>
  apply(name, of, app).map(({ key }) => key.split('/').slice(3).join('/'));

test('snapshots are thinned out, logs stay', () => {
  const log = upload('hosts/web-1/logs/mail/a.log');
  const kept = (name: string): readonly string[] => keys(name, null, [...uploads, log]);
  assert.deepEqual(kept('half the snapshots'), ['mail/a.log', ...['0', '2', '4'].map((s) => `20261123T10000${s}Z.txt`)]);
  assert.deepEqual(kept('a third of the snapshots'), ['mail/a.log', '20261123T100000Z.txt', '20261123T100003Z.txt']);
  assert.deepEqual(kept('only the last snapshot'), ['mail/a.log', '20261123T100004Z.txt']);
});

test('snapshots that share an object are thinned out one by one', () => {
  const bundle = upload('hosts/web-1/snapshots/x.txt', SNAPSHOT + SNAPSHOT + SNAPSHOT);
  const [half, ...more] = apply('only the last snapshot', [bundle]);
  assert.equal(half?.text, SNAPSHOT);
  assert.deepEqual(more, []);
});

test('owners are taken from both listings, whatever a program is called, and nothing else', () => {
  const text = apply('no PIDs')[0]?.text ?? '';
  assert.match(text, /^ESTAB 0 0 10\.0\.0\.1:30000 10\.0\.0\.2:80 ino:9 sk:a cgroup:\/system\.slice\/x\.service <->$/m);
  assert.match(text, /ESTABLISHED - off \(0\.00\/0\/0\)$/m);
  assert.match(text, /LISTEN -$/m);
  assert.match(text, /TIME_WAIT {3}-$/m);
  assert.match(text, /^77 5 1024 4096$/m);
});

test('sections and extras go, the rest stays as it was', () => {
  assert.equal(apply('no sysctl')[0]?.text, SNAPSHOT.replace(/==> sysctl <==\n.*\n\n/, ''));
  assert.equal(apply('no fds')[0]?.text, SNAPSHOT.slice(0, SNAPSHOT.indexOf('==> fds')));
  assert.match(apply('no -e, no -i')[0]?.text ?? '', /fd=5\)\) <->$/m);
});

test('without -a nobody listens and no section says that all are listed', () => {
  const rows = 'LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\nTIME-WAIT 0 0 10.0.0.1:30000 10.0.0.2:80\nESTAB 0 0 10.0.0.1:30001 10.0.0.2:80\n';
  const [poorer] = apply('no -a', [upload('hosts/web-1/snapshots/x', `==> ss -tanp <==\n${rows}\n${SNAPSHOT}`)]);
  assert.match(poorer?.text ?? '', /^==> ss -tnp <==\nESTAB 0 0 10\.0\.0\.1:30001 10\.0\.0\.2:80\n/);
  assert.doesNotMatch(poorer?.text ?? '', /LISTEN|TIME-WAIT/);
  assert.match(poorer?.text ?? '', /^tcp .* TIME_WAIT/m);
});

test("a wrong clock moves a snapshot's times, in its text and its key, and no log", () => {
  const [moved, log] = apply('clock 45 s fast', [snapshot(0), upload('hosts/web-1/logs/mail/20261123T100000Z.log')]);
  assert.equal(moved?.key, 'hosts/web-1/snapshots/20261123T100045Z.txt');
  assert.match(moved?.text ?? '', /^taken_at: 2026-11-23T10:00:45Z$/m);
  assert.equal(log?.key, 'hosts/web-1/logs/mail/20261123T100000Z.log');
});

test("only the victim's log is left", () => {
  const logs = ['mail', 'shop'].map((app) => upload(`hosts/web-1/logs/${app}/a.log`));
  assert.deepEqual(keys("only the victim's log", 'mail', [snapshot(0), ...logs]), ['20261123T100000Z.txt', 'mail/a.log']);
});
