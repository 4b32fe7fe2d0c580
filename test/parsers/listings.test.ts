import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import type { Socket } from '../../lib/model/socket.ts';
import { readBytes } from '../support/lines.ts';

/** Every recorded listing that has an expectation beside it (fixtures/PROVENANCE.md). */

const ROOT = new URL('../fixtures', import.meta.url).pathname;

const stems = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.out'))
  .map((name) => join(ROOT, name.slice(0, -'.out'.length)));

const read = (stem: string): readonly Socket[] => readBytes(readFileSync(`${stem}.out`)).snapshots.flatMap(({ sockets }) => sockets);

/** Any-address of IPv6: `ss` prints `*` for a dual-stack listener, where others print `::`. */
const any = (address: string): string => (address === '*' ? '::' : address);

const sorted = (rows: readonly string[]): readonly string[] => [...rows].sort();

/** A line of `ss -Htan[e|p]`: state, queues, both ends, the rest. By splitting, not by our reader of `ss`. */
const ssExpected = (line: string) => {
  const [state = '', recvQ = '', , local = '', peer = '', ...rest] = line.split(/\s+/);
  const end = (text: string): string => {
    const colon = text.lastIndexOf(':');
    const address = text.slice(0, colon).replace('[::ffff:', '').replaceAll(/[[\]]/g, '');
    return `${any(address)} ${text.slice(colon + 1).replace('*', 'null')}`;
  };
  const kernel =
    state === 'ESTAB'
      ? 'established'
      : state
          .toLowerCase()
          .replaceAll('-', '_')
          .replace(/_(?=\d$)/, '');
  const tail = rest.join(' ');
  return {
    ends: `${kernel} ${end(local)} ${end(peer)}`,
    recvQ: Number(recvQ),
    inode: Number(/ino:(\d+)/.exec(tail)?.[1]),
    pids: [...tail.matchAll(/pid=(\d+)/g)].map((match) => Number(match[1])).sort(),
  };
};

const endsOf = ({ state, local, peer }: Socket): string => `${state} ${any(local.address)} ${local.port} ${any(peer.address)} ${peer.port}`;

for (const stem of stems.filter((path) => existsSync(`${path}.ss`))) {
  const name = stem.slice(ROOT.length + 1);
  const all = readFileSync(`${stem}.ss`, 'utf8').trim().split('\n').map(ssExpected);
  // lsof shows what processes hold, and nothing else.
  const expected = name.startsWith('lsof/') ? all.filter(({ pids }) => pids.length > 0) : all;

  test(`${name}: says of the same sockets what ss says`, () => {
    const sockets = read(stem);
    assert.deepEqual(sorted(sockets.map(endsOf)), sorted(expected.map(({ ends }) => ends)));
    for (const socket of sockets) {
      const truth = expected.find(({ ends }) => ends === endsOf(socket));
      if (socket.recvQ !== null) assert.equal(socket.recvQ, truth?.recvQ, endsOf(socket));
      if (socket.inode !== null && !Number.isNaN(truth?.inode)) assert.equal(socket.inode, truth?.inode, endsOf(socket));
      const pids = socket.ownership.kind === 'owned' ? socket.ownership.owners.map(({ pid }) => pid).sort() : [];
      assert.deepEqual(pids, /^lsof\/|-natp/.test(name) ? truth?.pids : []);
    }
  });
}

const jcRow = z.object({
  proto: z.string().optional(),
  kind: z.string().optional(),
  state: z.string().nullable(),
  local_address: z.string(),
  local_port: z.coerce.string(),
  foreign_address: z.string().optional(),
  remote_address: z.string().optional(),
  foreign_port: z.coerce.string().optional(),
  remote_port: z.coerce.string().optional(),
  recv_q: z.number().optional(),
  pid: z.number().optional(),
  program_name: z.string().optional(),
  inode: z.number().optional(),
});

const JC_STATES: Readonly<Record<string, string>> = {
  ESTABLISHED: 'established',
  LISTEN: 'listen',
  LISTENING: 'listen',
  '0A': 'listen',
  '06': 'time_wait',
};

/** jc keeps each system's own words; `*` and port 0 are its any-address and "no port". */
const jcExpected = (row: z.infer<typeof jcRow>): string => {
  const family = row.proto?.endsWith('6') === true ? '::' : '0.0.0.0';
  const end = (address = '', port = ''): string => `${address === '*' ? family : address} ${port === '*' || port === '0' ? null : port}`;
  const [program = ''] = /[^[\]]+/.exec(row.program_name?.startsWith('[') === true ? row.program_name : '') ?? [];
  const owner = row.pid === undefined ? 'unknown' : `${program}=${row.pid}`;
  return `${JC_STATES[row.state ?? ''] ?? 'close'} ${end(row.local_address, row.local_port)} ${end(row.foreign_address ?? row.remote_address, row.foreign_port ?? row.remote_port)} ${owner}`;
};

const jcText = (socket: Socket): string => {
  const owner =
    socket.ownership.kind === 'owned'
      ? socket.ownership.owners.map(({ command, pid }) => `${command ?? ''}=${pid}`).join()
      : socket.ownership.kind;
  return `${socket.state} ${socket.local.address} ${socket.local.port} ${socket.peer.address} ${socket.peer.port} ${owner}`;
};

for (const stem of stems.filter((path) => existsSync(`${path}.jc.json`))) {
  test(`${stem.slice(ROOT.length + 1)}: reads what jc reads`, () => {
    const rows = z.array(jcRow).parse(JSON.parse(readFileSync(`${stem}.jc.json`, 'utf8')));
    const sockets = read(stem);
    assert.deepEqual(sockets.map(jcText), rows.map(jcExpected));
    for (const [i, { recv_q: recvQ, inode }] of rows.entries()) {
      if (recvQ !== undefined && sockets[i]?.recvQ != null) assert.equal(sockets[i]?.recvQ, recvQ);
      if (inode !== undefined) assert.equal(sockets[i]?.inode, inode);
    }
  });
}

test('every recorded listing is understood to its last line, or refused', () => {
  for (const stem of stems) {
    const { result } = readBytes(readFileSync(`${stem}.out`));
    if (stem.includes('/localised/')) assert.equal(result.kind, 'refused', stem);
    else assert.equal(result.kind === 'read' ? result.account.unparsed : -1, 0, stem);
  }
  assert.ok(stems.length >= 15);
});
