import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { missing } from '../lab/requirements.ts';
import { AGENT, AgentHost, has } from '../support/agent.ts';

/** A host that has no ephemeral port left: the agent needs one itself. In a network namespace of its own, on real sockets. */

const lacking = has('curl') ? missing(false) : ['curl is not installed'];
const skip = lacking.length === 0 ? false : lacking.join(' ');
const NAMESPACE = `cwagent-${process.pid.toString(36)}`;

const inNamespace = (...argv: readonly string[]): readonly [string, readonly string[]] => ['ip', ['netns', 'exec', NAMESPACE, ...argv]];

/** The API and the bucket, as far as an upload sees them. */
const SERVER = `
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *words): pass
    def do_POST(self):
        body = self.rfile.read(int(self.headers['content-length'])).decode()
        with open(os.path.join(sys.argv[1], 'asked'), 'a') as asked: asked.write(self.headers['authorization'] + ' ' + body + chr(10))
        answer = b'{"url":"http://127.0.0.1:9000/put?a=1\\\\u0026b=2","method":"PUT","headers":{},"expiresAt":""}'
        self.send_response(201); self.send_header('content-length', str(len(answer))); self.end_headers(); self.wfile.write(answer)
    def do_PUT(self):
        body = self.rfile.read(int(self.headers['content-length']))
        with open(os.path.join(sys.argv[1], 'got-%d-%d' % (self.client_address[1], len(os.listdir(sys.argv[1])))), 'wb') as got: got.write(body)
        self.send_response(200); self.send_header('content-length', '0'); self.end_headers()
server = http.server.ThreadingHTTPServer(('127.0.0.1', 9000), Handler)
print('ready', flush=True)
server.serve_forever()
`;

/** Takes all ports of the range by binding them, until its standard input ends. */
const HOLDER = `
import socket, sys
held = []
try:
    while True:
        one = socket.socket(); one.bind(('127.0.0.1', 0)); one.listen(1); held.append(one)
except OSError: pass
print('ready', flush=True)
sys.stdin.read()
`;

const ready = (child: ChildProcess): Promise<void> => new Promise((resolve) => void child.stdout?.once('data', () => resolve()));

let server: ChildProcess;
let holder: ChildProcess;
let host: AgentHost;
let got = '';

const python = (program: string, ...args: readonly string[]): ChildProcess => {
  const [command, argv] = inNamespace('/usr/bin/python3', '-c', program, ...args);
  return spawn(command, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
};

const run = (user: 'root' | 'nobody'): { readonly status: number | null; readonly err: string } => {
  const as = user === 'root' ? [] : ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
  const [command, argv] = inNamespace(...as, 'sh', AGENT, 'run');
  const { status, stderr } = spawnSync(command, argv, { env: host.env, encoding: 'utf8' });
  return { status, err: stderr };
};

const arrived = (): readonly string[] => readdirSync(got).filter((name) => name.startsWith('got-'));

before(async () => {
  if (skip !== false) return;
  spawnSync('ip', ['netns', 'add', NAMESPACE]);
  spawnSync(...inNamespace('ip', 'link', 'set', 'lo', 'up'));
  spawnSync(...inNamespace('sysctl', '-qw', 'net.ipv4.ip_local_port_range=40000 40019'));
  host = new AgentHost(['sh'], []);
  got = join(host.folder, 'got');
  mkdirSync(got);
  writeFileSync(join(host.folder, 'token'), 'cwh_id_secret\n');
  host.configure(['DESTINATION=http://127.0.0.1:9000', `TOKEN_FILE=${join(host.folder, 'token')}`, 'EVERY=1', 'TIMEOUT=5']);
  spawnSync('chmod', ['-R', 'a+rwX', host.folder]);
  server = python(SERVER, got);
  holder = python(HOLDER);
  await Promise.all([ready(server), ready(holder)]);
});

after(() => {
  if (skip !== false) return;
  holder.kill();
  server.kill();
  spawnSync('ip', ['netns', 'delete', NAMESPACE]);
  host.remove();
});

test('without a port to leave by, keeps its uploads and says why; sends them first thing when it can', { skip }, async () => {
  const failed = run('nobody');
  assert.equal(failed.status, 1);
  assert.match(
    failed.err,
    /cannot upload, kept for the next time \(1 objects\): no ephemeral port is left on this host, not even for the upload/,
  );
  assert.deepEqual(arrived(), []);
  assert.equal(host.spooled().length, 1);
});

test('as root it leaves by a port below the range', { skip }, () => {
  const { status, err } = run('root');
  assert.deepEqual([status, err], [0, '']);
  assert.equal(arrived().length, 2, 'what was kept, and what is new');
  for (const name of arrived()) {
    const port = Number(name.split('-')[1]);
    assert.ok(port >= 600 && port <= 1000, name);
  }
  assert.match(
    readFileSync(join(got, 'asked'), 'utf8'),
    /^Bearer cwh_id_secret \{"key":"hosts\/web-1\/snapshots\/[^"]+","size":\d+,"type":"application\/gzip"\}$/m,
  );
  assert.deepEqual(host.spooled(), []);
});

test('once ports are free, goes on as ever', { skip }, async () => {
  const ended = new Promise((resolve) => void holder.once('exit', resolve));
  holder.stdin?.end();
  await ended;
  spawnSync('chmod', ['-R', 'a+rwX', host.folder]);
  const { status, err } = run('nobody');
  assert.deepEqual([status, err], [0, '']);
  assert.equal(arrived().length, 3);
});
