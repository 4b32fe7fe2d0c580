import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readBytes } from '../support/lines.ts';

/** A socket as any dialect can print it. */
interface Plain {
  readonly state: string;
  readonly localPort: number;
  readonly peerPort: number;
  readonly local: readonly number[];
  readonly peer: readonly number[];
  readonly recvQ: number;
  readonly pid: number;
  readonly command: string;
}

const STATES = ['established', 'syn_sent', 'fin_wait1', 'fin_wait2', 'close_wait', 'last_ack', 'closing'] as const;
const octets = fc.tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.nat(255), fc.nat(255));
const port = fc.integer({ min: 1, max: 65_535 });
const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,8}$/);

const plain: fc.Arbitrary<Plain> = fc.record({
  state: fc.constantFrom(...STATES),
  local: octets,
  peer: octets,
  localPort: port,
  peerPort: port,
  recvQ: fc.oneof(fc.constant(0), fc.nat(100_000)),
  pid: fc.integer({ min: 1, max: 4_194_304 }),
  command: fc.array(word, { minLength: 1, maxLength: 2 }).map((words) => words.join(' ')),
});

const BSD: Readonly<Record<string, string>> = { fin_wait1: 'FIN_WAIT_1', fin_wait2: 'FIN_WAIT_2' };
const CSV: Readonly<Record<string, string>> = {
  established: 'Established',
  syn_sent: 'SynSent',
  fin_wait1: 'FinWait1',
  fin_wait2: 'FinWait2',
  close_wait: 'CloseWait',
  last_ack: 'LastAck',
  closing: 'Closing',
};
const NUMBERS: Readonly<Record<string, string>> = {
  established: '01',
  syn_sent: '02',
  fin_wait1: '04',
  fin_wait2: '05',
  close_wait: '08',
  last_ack: '09',
  closing: '0B',
};

const upper = (state: string): string => BSD[state] ?? state.toUpperCase();
const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');
const hexAddress = (address: readonly number[]): string =>
  [...address]
    .reverse()
    .map((octet) => hex(octet, 2))
    .join('');
const ip = (address: readonly number[]): string => address.join('.');
/** lsof escapes what would break its columns. */
const escaped = (command: string): string => command.replaceAll(' ', '\\x20');

interface Form {
  readonly name: string;
  readonly header: readonly string[];
  readonly row: (socket: Plain, index: number) => readonly string[];
  /** What of a socket comes back. */
  readonly shows: { readonly command: boolean; readonly pid: boolean; readonly recvQ: false | ((socket: Plain) => number | null) };
}

const asPrinted = ({ recvQ }: Plain): number => recvQ;
/** BSD counts no FIN, Linux does; whether a FIN behind nothing was read, BSD does not show. */
const inLinuxTerms = ({ state, recvQ }: Plain): number | null => {
  if (state !== 'close_wait') return recvQ;
  return recvQ === 0 ? null : recvQ + 1;
};

const FORMS: readonly Form[] = [
  {
    name: 'proc',
    header: ['  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'],
    row: (s, i) => [
      `${String(i).padStart(4)}: ${hexAddress(s.local)}:${hex(s.localPort, 4)} ${hexAddress(s.peer)}:${hex(s.peerPort, 4)} ${NUMBERS[s.state]} 00000000:${hex(s.recvQ, 8)} 00:00000000 00000000  1000        0 ${i + 1} 1 0000000000000000 20 4 0 10 -1`,
    ],
    shows: { command: false, pid: false, recvQ: asPrinted },
  },
  {
    name: 'macos-netstat',
    header: [
      'Active Internet connections (including servers)',
      'Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)          rxbytes      txbytes  rhiwat  shiwat          process:pid    state  options           gencnt    flags   flags1 usecnt rtncnt fltrs',
    ],
    row: (s) => [
      `tcp4  ${String(s.recvQ).padStart(6)}      0  ${`${ip(s.local)}.${s.localPort}`.padEnd(22)} ${`${ip(s.peer)}.${s.peerPort}`.padEnd(22)} ${upper(s.state).padEnd(11)} 0 0 131072 131072 ${s.command}:${s.pid} 00102 00000008 0000000000000001 00000081 04000900 2 0 000000`,
    ],
    shows: { command: true, pid: true, recvQ: inLinuxTerms },
  },
  {
    name: 'freebsd-netstat',
    header: ['Active Internet connections', 'Proto Recv-Q Send-Q Local Address          Foreign Address        (state)    '],
    row: (s) => [
      `tcp4  ${String(s.recvQ).padStart(6)}      0 ${`${ip(s.local)}.${s.localPort}`.padEnd(22)} ${`${ip(s.peer)}.${s.peerPort}`.padEnd(22)} ${upper(s.state)}`,
    ],
    shows: { command: false, pid: false, recvQ: inLinuxTerms },
  },
  {
    name: 'windows-netstat',
    header: ['', 'Active Connections', '', '  Proto  Local Address          Foreign Address        State           PID'],
    row: (s) => [
      `  TCP    ${`${ip(s.local)}:${s.localPort}`.padEnd(22)} ${`${ip(s.peer)}:${s.peerPort}`.padEnd(22)} ${upper(s.state).padEnd(15)} ${s.pid}`,
      '  Service',
      ` [${s.command}]`,
    ],
    shows: { command: true, pid: true, recvQ: false },
  },
  {
    name: 'sockstat',
    header: ['USER     COMMAND    PID   FD PROTO  LOCAL ADDRESS         FOREIGN ADDRESS       PATH STATE   CONN STATE'],
    row: (s, i) => [
      `www      ${s.command.padEnd(10)} ${s.pid} ${i + 3} tcp4   ${`${ip(s.local)}:${s.localPort}`.padEnd(21)} ${`${ip(s.peer)}:${s.peerPort}`.padEnd(21)}             ${upper(s.state)}`,
    ],
    shows: { command: true, pid: true, recvQ: false },
  },
  {
    name: 'lsof',
    header: ['COMMAND     PID   USER   FD   TYPE             DEVICE SIZE/OFF NODE NAME'],
    row: (s, i) => [
      `${escaped(s.command)} ${s.pid} www ${i + 3}u IPv4 ${i + 1000} 0t0 TCP ${ip(s.local)}:${s.localPort}->${ip(s.peer)}:${s.peerPort} (${s.state.toUpperCase()} QR=${s.recvQ} QS=0)`,
    ],
    shows: { command: true, pid: true, recvQ: asPrinted },
  },
  {
    name: 'powershell',
    header: ['"LocalAddress","LocalPort","RemoteAddress","RemotePort","State","OwningProcess"'],
    row: (s) => [`"${ip(s.local)}","${s.localPort}","${ip(s.peer)}","${s.peerPort}","${CSV[s.state]}","${s.pid}"`],
    shows: { command: false, pid: true, recvQ: false },
  },
];

/** TCP has one socket of a pair of ends, and one process here has it. */
const distinct = fc.uniqueArray(plain, {
  minLength: 1,
  maxLength: 20,
  selector: (s) => `${ip(s.local)}:${s.localPort} ${ip(s.peer)}:${s.peerPort}`,
});

for (const { name, header, row, shows } of FORMS) {
  test(`${name}: what is printed is what is read`, () => {
    fc.assert(
      fc.property(distinct, fc.constantFrom('\n', '\r\n'), (given, newline) => {
        const text = [...header, ...given.flatMap(row)].join(newline);
        const { snapshots, result } = readBytes(Buffer.from(text));
        assert.deepEqual(
          snapshots.map(({ dialect }) => dialect),
          [name],
        );
        const account = result.kind === 'read' ? result.account : null;
        assert.deepEqual([account?.unparsed, account?.understood, account?.ignored], [0, given.flatMap(row).length, header.length]);
        assert.deepEqual(
          snapshots[0]?.sockets.map((socket) => ({
            state: socket.state,
            ends: [socket.local, socket.peer],
            recvQ: socket.recvQ,
            owners: socket.ownership.kind === 'owned' ? socket.ownership.owners : null,
          })),
          given.map((s) => ({
            state: s.state,
            ends: [
              { address: ip(s.local), port: s.localPort },
              { address: ip(s.peer), port: s.peerPort },
            ],
            recvQ: shows.recvQ === false ? null : shows.recvQ(s),
            owners: shows.pid ? [{ command: shows.command ? s.command : null, pid: s.pid }] : null,
          })),
        );
      }),
    );
  });
}

test('proc: reads any IPv6 address, as the standard prints it', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.ipV6(),
        fc.array(fc.constantFrom('0', '0', '1', 'db8'), { minLength: 8, maxLength: 8 }).map((all) => all.join(':')),
      ),
      (text) => {
        // The platform's own URL parser is the standard's word on the short form (RFC 5952).
        const short = new URL(`http://[${text}]/`).hostname.slice(1, -1);
        fc.pre(!short.startsWith('::ffff:'));
        const [head = '', tail] = short.split('::');
        const groups = (part: string | undefined): readonly string[] => (part === undefined || part === '' ? [] : part.split(':'));
        const missing = 8 - groups(head).length - groups(tail).length;
        const all = tail === undefined ? groups(head) : [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail)];
        const bytes = Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
        const words = bytes.swap32().toString('hex').toUpperCase();
        const { snapshots } = readBytes(
          Buffer.from(
            `==> /proc/net/tcp6 <==\n   0: ${words}:0016 ${'0'.repeat(32)}:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1`,
          ),
        );
        assert.deepEqual(snapshots[0]?.sockets[0]?.local, { address: short, port: 22 });
      },
    ),
  );
});

test('any lines, in any order: nothing throws, every line is accounted for', () => {
  const heads = FORMS.flatMap(({ header }) => header);
  const known = fc.constantFrom(
    ...heads,
    ' [java.exe]',
    '  Service',
    ' Can not obtain ownership information',
    'Active UNIX domain sockets',
    'Aktive Verbindungen',
    '==> netstat -an <==',
    '==> lsof <==',
    '==> /proc/net/tcp6 <==',
    '==> sockstat <==',
    '==> meta <==',
    '0: 1:2 3:4 0A',
    'a 1 b 2u IPv4 3 0t0 TCP x (LISTEN',
    'x 1 2 tcp4 a:1',
  );
  const printed = fc.tuple(fc.constantFrom(...FORMS), plain).map(([form, socket]) => form.row(socket, 0)[0] ?? '');
  const broken = fc
    .tuple(printed, fc.nat(120), fc.string({ maxLength: 3 }))
    .map(([text, at, junk]) => text.slice(0, at) + junk + text.slice(at + 2));
  const line = fc.oneof(known, printed, broken, fc.string());
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
      const flat = lines.map((text) => text.replaceAll(/[\r\n\u{feff}]/gu, ' '));
      const { result, snapshots } = readBytes(Buffer.from(flat.join('\n')));
      for (const { account, lines: span } of snapshots) {
        assert.equal(account.understood + account.ignored + account.unparsed, account.total);
        assert.equal(account.total, span[1] - span[0] + 1);
      }
      if (result.kind === 'refused') assert.ok(result.reason.length > 20);
    }),
    { numRuns: 1500 },
  );
});

test('a hostile line of a megabyte is read in no time', () => {
  const long = 'x'.repeat(1 << 18);
  for (const text of [
    `==> lsof <==\n${long}`,
    `==> netstat <==\nTCP ${'1:1 '.repeat(1 << 16)}`,
    `==> sockstat <==\n${'1 '.repeat(1 << 17)}`,
    `"${',"'.repeat(1 << 17)}`,
    `tcp4 0 0 ${'1.'.repeat(1 << 17)}1 *.* LISTEN`,
  ]) {
    const start = performance.now();
    readBytes(Buffer.from(text));
    assert.ok(performance.now() - start < 1000);
  }
});
