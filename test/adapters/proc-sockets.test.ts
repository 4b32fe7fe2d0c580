import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { endpointText, listFromProc, listProcesses } from '../../lib/adapters/proc-sockets.ts';

const skip = process.platform === 'linux' ? false : 'only Linux has /proc/net';

test('reads endpoints as the kernel writes them', () => {
  // proc_net_tcp.rst: 32-bit words in the order of the host; 0100007F is 127.0.0.1, 0x1F90 is 8080.
  assert.equal(endpointText('0100007F:1F90'), '127.0.0.1:8080');
  assert.equal(endpointText('00000000:0000'), '0.0.0.0:*');
  assert.equal(endpointText('00000000000000000000000001000000:0050'), '::1:80');
  // 2001:db8::1, word by word: 20010db8 00000000 00000000 00000001.
  assert.equal(endpointText('B80D0120000000000000000001000000:01BB'), '2001:db8::1:443');
  assert.equal(endpointText('0000000000000000FFFF00000300140A:0016'), '10.20.0.3:22');
});

const port = (address: string | AddressInfo | null): number => (address !== null && typeof address === 'object' ? address.port : 0);

test('lists the sockets of this very process, with their state and owner', { skip }, async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ port: port(server.address()), host: '127.0.0.1', allowHalfOpen: true });
  const [[peer]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  // The peer closes its half; this one has read nothing yet, and does not close.
  client.pause();
  peer.end();
  await new Promise((resolve) => void setTimeout(resolve, 100));
  const rows = (listFromProc('self') ?? '').split('\n').map((line) => line.split(' '));
  const row = (local: number, remote: string) => rows.find(([, , , here, there]) => here === `127.0.0.1:${local}` && there === remote);
  const own = new RegExp(`^${process.pid}/`);
  const listening = row(port(server.address()), '0.0.0.0:*');
  assert.deepEqual([listening?.[0], listening?.[5]], ['tcp', 'LISTEN']);
  assert.match(listening?.[8] ?? '', own);
  const waiting = row(client.localPort ?? 0, `127.0.0.1:${port(server.address())}`);
  assert.equal(waiting?.[5], 'CLOSE_WAIT');
  assert.match(waiting?.[8] ?? '', own);
  client.destroy();
  peer.destroy();
  server.close();
});

test('lists processes as ps does', { skip }, () => {
  const [head, row = ''] = listProcesses([process.pid]).split('\n');
  assert.equal(head, 'PID PPID USER ELAPSED COMMAND');
  const [pid, ppid, uid, elapsed, ...args] = row.split(' ');
  assert.deepEqual([Number(pid), Number(ppid), Number(uid)], [process.pid, process.ppid, process.getuid?.()]);
  assert.ok(Math.abs(Number(elapsed) - process.uptime()) < 3, `${elapsed} s, node says ${process.uptime()} s`);
  assert.match(args.join(' '), /node/);
});

test('says that nothing is known where /proc shows nothing', { skip }, () => {
  assert.equal(listFromProc('4194305'), null);
});
