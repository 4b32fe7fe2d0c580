import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyzeMade, BIND_ANY, connections, connectTo, listenOn, type MadeSocket } from '../support/made.ts';

/** The holders that fool everyone (KERNEL.md's tables). */

const RANGE = [20_000, 20_999] as const;
const SSHD: MadeSocket = { state: 'LISTEN', local: '0.0.0.0:22', peer: '0.0.0.0:*', owner: ['sshd', 5], cookie: 8888 };
const leaker = (count: number, over: Partial<MadeSocket> = {}): readonly MadeSocket[] =>
  connections(count, { state: 'CLOSE-WAIT', peer: '10.0.0.9:80', recvQ: 1, owner: ['sync', 4312], from: 20_000, cookie: 1, ...over });

test('a destination that has run out is what is contested, and the one who holds it the culprit, though others share the ports', async () => {
  // A proxy has the very same ports toward another peer: by a plain connect, that is allowed.
  const proxy = connections(990, { state: 'ESTAB', peer: '10.0.0.7:443', owner: ['proxy', 77], from: 20_000, cookie: 5000 });
  const snapshots = [0, 30, 60].map((at) => ({ at, sockets: [...leaker(1000), ...proxy], range: RANGE }));
  const [first, ...others] = await analyzeMade(snapshots, [{ app: 'shop', at: [20, 40], line: connectTo('10.0.0.9:80') }]);
  assert.deepEqual(
    { cause: first?.cause, pid: first?.culprit?.pid, kind: first?.resource.kind, peer: first?.resource.peer, used: first?.resource.used },
    { cause: 'close-wait-leak', pid: 4312, kind: 'destination', peer: '10.0.0.9:80', used: 1000 },
  );
  assert.match(first?.explanation ?? '', /without sync \(pid 4312\), 1,000 of 1,000 ports toward 10\.0\.0\.9:80 return/);
  assert.deepEqual(others, []);
});

test('connects that fail although no peer has all ports tell that the pile was bound explicitly', async () => {
  const other = connections(400, { state: 'CLOSE-WAIT', peer: '10.0.0.8:80', recvQ: 1, owner: ['sync', 4312], from: 20_600, cookie: 4000 });
  const snapshots = [0, 30, 60].map((at) => ({ at, sockets: [...leaker(600), ...other], range: RANGE }));
  const [first] = await analyzeMade(snapshots, [{ app: 'shop', at: [20, 40], line: connectTo('10.0.0.5:443') }]);
  assert.equal(first?.culprit?.pid, 4312);
  assert.equal(first?.resource.kind, 'ephemeral-ports');
  assert.match(first?.explanation ?? '', /taken by an explicit bind/);
});

test('sockets that vanish while their descriptors stay are leaked all the same', async () => {
  const ps = ['4312 1 root 9000 /usr/bin/sync'];
  const look = (at: number, shown: number) => ({ at, sockets: leaker(shown), range: RANGE, ps, fds: ['4312 720 4096 4096'] });
  const [first] = await analyzeMade([look(0, 700), look(60, 690), look(120, 5), look(180, 0)]);
  assert.equal(first?.cause, 'close-wait-leak');
  assert.equal(first?.status, 'open');
  assert.equal(first?.culprit?.pid, 4312);
  assert.match(first?.explanation ?? '', /descriptors are still open \(720 of 4,096\): keepalive/);
});

test('sockets that are gone with their descriptors are gone', async () => {
  const ps = ['4312 1 root 9000 /usr/bin/sync'];
  const look = (at: number, shown: number) => ({ at, sockets: leaker(shown), range: RANGE, ps, fds: [`4312 ${20 + shown} 4096 4096`] });
  const analyses = await analyzeMade([look(0, 700), look(60, 690), look(120, 5), look(180, 0)]);
  assert.deepEqual(
    analyses.filter(({ status }) => status === 'open'),
    [],
  );
});

test('where a pile fell to a few and its descriptors rose, files are not blamed: keepalive may have ended what nobody could follow', async () => {
  const ps = ['4312 1 root 9000 /usr/bin/ledger'];
  const look = (at: number, shown: number, open: number) => ({
    at,
    sockets: leaker(shown, { owner: ['ledger', 4312] }),
    range: RANGE,
    ps,
    fds: [`4312 ${open} 400 400`],
  });
  const log = { app: 'ledger', at: [125, 130], line: '[4312] OSError: [Errno 24] Too many open files' };
  const causes = async (pile: number): Promise<readonly string[]> =>
    (await analyzeMade([look(0, 14, 40), look(60, pile, 250), look(120, 2, 400)], [log])).map(({ cause }) => cause);
  assert.deepEqual(await causes(60), ['inconclusive']);
  // The contrast: hardly any were ever seen, so files are what fills the table.
  assert.deepEqual(await causes(14), ['descriptor-exhaustion']);
});

test('a listener that a child has inherited is named with the parent that is gone', async () => {
  const listener = (pid: number, command: string): MadeSocket => ({
    state: 'LISTEN',
    local: '0.0.0.0:8080',
    peer: '0.0.0.0:*',
    owner: [command, pid],
    cookie: 9,
  });
  const [first] = await analyzeMade(
    [0, 60, 120].map((at) => ({ at, sockets: [at === 0 ? listener(100, 'api') : listener(101, 'sleep')], range: RANGE })),
    [{ app: 'api', at: [70, 100], line: listenOn(8080) }],
  );
  assert.deepEqual([first?.cause, first?.culprit?.pid, first?.culprit?.command], ['listener-conflict', 101, 'sleep']);
  assert.match(first?.explanation ?? '', /inherited this socket from api \(pid 100\), which is gone/);
});

test('accepted connections that a leftover process never closed are its leak, told from TIME_WAIT, which ends by itself', async () => {
  const leftover = Array.from(
    { length: 6 },
    (_, i): MadeSocket => ({
      state: 'CLOSE-WAIT',
      local: '10.0.0.1:8080',
      peer: `10.0.0.9:${30_000 + i}`,
      recvQ: 1,
      owner: ['worker', 222],
      cookie: i + 1,
    }),
  );
  const [first] = await analyzeMade(
    [0, 60].map((at) => ({ at, sockets: [SSHD, ...leftover], range: RANGE })),
    [{ app: 'api', at: [10, 30], line: listenOn(8080) }],
  );
  assert.deepEqual([first?.cause, first?.culprit?.pid], ['close-wait-leak', 222]);
  assert.match(first?.explanation ?? '', /no timer ends them/);
  assert.doesNotMatch(first?.remedy.now ?? '', /60 s/);
});

test('a pile beside a failing listener is set aside by its figure', async () => {
  const rival: MadeSocket = { state: 'LISTEN', local: '*:8080', peer: '*:*', owner: ['old-api', 55], cookie: 7000 };
  const [first] = await analyzeMade(
    [0, 60].map((at) => ({ at, sockets: [rival, ...leaker(300)], range: RANGE })),
    [{ app: 'api', at: [10, 30], line: listenOn(8080) }],
  );
  assert.equal(first?.cause, 'listener-conflict');
  assert.match(
    first?.setAside.find(({ cause }) => cause === 'close-wait-leak')?.because ?? '',
    /300 sockets of sync \(pid 4312\) in CLOSE_WAIT: none of them has local port 8080/,
  );
});

test('many workers of one parent are weighed together, and against a churn that is larger than each', async () => {
  const workers = [201, 202, 203, 204].flatMap((pid, i) =>
    connections(150, {
      state: 'CLOSE-WAIT',
      peer: '10.0.0.9:80',
      recvQ: 1,
      owner: ['worker', pid],
      from: 20_000 + 150 * i,
      cookie: 1 + 1000 * i,
    }),
  );
  const churn = connections(400, { state: 'TIME-WAIT', peer: '10.0.0.4:80', from: 20_600, cookie: 9000 });
  const ps = [201, 202, 203, 204].map((pid) => `${pid} 200 app 900 worker`);
  const [first] = await analyzeMade(
    [0, 30, 60].map((at) => ({ at, sockets: [...workers, ...churn], range: RANGE, ps })),
    [{ app: 'shop', at: [10, 40], line: BIND_ANY }],
  );
  assert.equal(first?.cause, 'close-wait-leak');
  assert.match(first?.explanation ?? '', /3 more processes of its parent, 600 of 1,000 ports return/);
});

test('failures while most of the range is free are not blamed on a pile, however large', async () => {
  const snapshots = [0, 30, 60].map((at) => ({ at, sockets: leaker(300), range: RANGE }));
  const [first] = await analyzeMade(snapshots, [{ app: 'shop', at: [20, 40], line: BIND_ANY }]);
  assert.deepEqual([first?.cause, first?.culprit], ['inconclusive', null]);
});

test('where the listing shows no listeners, that nobody listens is unknown', async () => {
  const remains = connections(6, { state: 'TIME-WAIT', peer: '10.0.0.9:40000', from: 8080, cookie: 1 }).map((socket, i) => ({
    ...socket,
    local: '10.0.0.1:8080',
    peer: `10.0.0.9:${40_000 + i}`,
  }));
  const told = async (sockets: readonly MadeSocket[]) =>
    (await analyzeMade([{ at: 0, sockets, range: RANGE }], [{ app: 'api', at: [10, 30], line: listenOn(8080) }]))[0]?.cause;
  assert.equal(await told(remains), 'inconclusive');
  assert.equal(await told([SSHD, ...remains]), 'restart-in-time-wait');
});

test('one connection in five that stays is a leak, beside four that go', async () => {
  const look = (minute: number) => ({
    at: 60 * minute,
    sockets: [
      ...connections(100 + 20 * minute, {
        state: 'CLOSE-WAIT',
        peer: '10.0.0.9:80',
        recvQ: 1,
        owner: ['proxyd', 7],
        from: 20_000,
        cookie: 1,
      }),
      ...connections(400, {
        state: 'CLOSE-WAIT',
        peer: '10.0.0.9:80',
        recvQ: 1,
        owner: ['proxyd', 7],
        from: 20_400,
        cookie: 10_000 * (minute + 1),
      }),
    ],
    range: RANGE,
  });
  const [first] = await analyzeMade([look(0), look(1), look(2), look(3)]);
  assert.deepEqual([first?.cause, first?.culprit?.pid], ['close-wait-leak', 7]);
});

test('sockets that a child has inherited return only when both are gone, and that is said', async () => {
  const text = leaker(1000);
  const shared = text.map((socket, i) => (i < 400 ? { ...socket, heir: ['sync', 4400] as const } : socket));
  const [first] = await analyzeMade(
    [0, 30, 60].map((at) => ({ at, sockets: shared, range: RANGE })),
    [{ app: 'shop', at: [20, 40], line: BIND_ANY }],
  );
  assert.equal(first?.culprit?.pid, 4312);
  assert.match(first?.explanation ?? '', /without sync \(pid 4312\) and pid 4400, which shares its sockets, 1,000 of 1,000 ports return/);
  assert.match(first?.remedy.now ?? '', /Pid 4400 inherited some of these sockets/);
});
