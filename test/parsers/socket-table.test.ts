import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Ownership, PROTOCOLS, type Socket, TCP_STATES } from '../../lib/model/socket.ts';
import { socketsAt } from '../../lib/model/socket-columns.ts';
import { SocketTable } from '../../lib/parsers/socket-table.ts';
import { columnsOf, rowsOf } from '../support/rows.ts';

/** As literals are: with a prototype. */
const plainRecord = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> => fc.record(model, { noNullPrototype: true });
const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const counts = orNull(fc.oneof(fc.nat(3), fc.maxSafeNat()));
const ports = orNull(fc.nat(65_535));
const address = fc.constantFrom('10.0.0.1', '10.0.0.2', '::1', '*', 'é');
const end = fc.oneof(plainRecord({ address, port: ports }), plainRecord({ address, port: ports, scope: fc.constantFrom('lo', 'eth0') }));
const owner = plainRecord({ command: orNull(fc.constantFrom('a', 'a b', '1 a', '', '[1]')), pid: fc.integer({ min: 1, max: 5 }) });
const ownership: fc.Arbitrary<Ownership> = fc.oneof(
  fc.constantFrom<Ownership>({ kind: 'unknown' }, { kind: 'unowned' }),
  fc.tuple(owner, fc.array(owner, { maxLength: 2 })).map(([first, others]): Ownership => ({ kind: 'owned', owners: [first, ...others] })),
);

const sockets: fc.Arbitrary<Socket> = plainRecord({
  protocol: fc.constantFrom(...PROTOCOLS),
  state: fc.constantFrom(...TCP_STATES),
  recvQ: counts,
  sendQ: counts,
  local: end,
  peer: end,
  ownership,
  inode: counts,
  cookie: orNull(fc.constantFrom('', '1f')),
  cgroup: orNull(fc.constantFrom('', '/x')),
  lastAckMs: counts,
  v6only: orNull(fc.boolean()),
  line: fc.integer({ min: 1, max: 1_000_000 }),
});

const listings = fc.array(sockets, { maxLength: 200, size: 'max' });

test('rows come out of the columns as they were put in', () => {
  fc.assert(fc.property(listings, (rows) => assert.deepEqual(rowsOf(columnsOf(rows)), rows)));
});

test('some of the rows are those, and columns that none of them shows are empty', () => {
  fc.assert(
    fc.property(listings, (rows) => {
      const kept = rows.flatMap(({ protocol }, i) => (protocol === 'tcp' ? [i] : []));
      const columns = socketsAt(columnsOf(rows), kept);
      assert.deepEqual(
        rowsOf(columns),
        kept.map((i) => rows[i]),
      );
      assert.equal(
        columns.inode.length > 0,
        rowsOf(columns).some(({ inode }) => inode !== null),
      );
    }),
  );
});

test('rows that are forgotten leave nothing behind for those that come after', () => {
  fc.assert(
    fc.property(listings, listings, listings, (first, forgotten, second) => {
      const table = new SocketTable();
      for (const row of first) table.push(row);
      const before = table.size;
      for (const row of forgotten) table.push(row);
      table.truncate(before);
      for (const row of second) table.push(row);
      assert.deepEqual(rowsOf(table.columns()), [...first, ...second]);
    }),
  );
});
