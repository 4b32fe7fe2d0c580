import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brief, fixture, readBytes, reasonOf } from '../support/lines.ts';

const read = (...lines: readonly string[]) => readBytes(Buffer.from(lines.join('\n')));
const sockets = (...lines: readonly string[]): readonly string[] => read(...lines).snapshots.flatMap((one) => one.sockets.map(brief));
const dialects = (...lines: readonly string[]): readonly (string | null)[] => read(...lines).snapshots.map(({ dialect }) => dialect);

const PROC_HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const PROC_ROW =
  '   0: 0D00140A:4E20 1508140A:1F90 08 00000000:00000001 00:00000000 00000000  1000        0 77604 1 0000000000000000 20 4 0 10 -1';
const WINDOWS_HEAD = '  Proto  Local Address          Foreign Address        State           PID';
const WINDOWS_ROW = '  TCP    10.20.0.13:49712       10.20.8.21:8080        CLOSE_WAIT      4312';
const MACOS_HEAD = 'Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)';
const MACOS_ROW = 'tcp4       0      0  10.20.0.13.49712       10.20.8.21.8080        CLOSE_WAIT';
const SOCKSTAT_HEAD = 'USER     COMMAND    PID   FD PROTO  LOCAL ADDRESS         FOREIGN ADDRESS       PATH STATE   CONN STATE';
const SOCKSTAT_ROW = 'sync     python3.9  28429 7  tcp4   10.20.0.13:20000      10.20.8.21:8080                    CLOSE_WAIT';
const LSOF_HEAD = 'COMMAND     PID   USER   FD   TYPE             DEVICE SIZE/OFF NODE NAME';
const LSOF_ROW = 'java       4312   sync   31u  IPv4              77604      0t0  TCP 10.20.0.13:20000->10.20.8.21:8080 (CLOSE_WAIT)';
const POWERSHELL_HEAD = '"LocalAddress","LocalPort","RemoteAddress","RemotePort","State","OwningProcess"';
const POWERSHELL_ROW = '"10.20.0.13","49712","10.20.8.21","8080","CloseWait","4312"';

test('finds each dialect by the name of its section', () => {
  const named: readonly (readonly [name: string, dialect: string, ...lines: string[]])[] = [
    ['/proc/net/tcp', 'proc', PROC_HEAD, PROC_ROW],
    ['/proc/1/net/tcp6', 'proc', PROC_HEAD, PROC_ROW],
    ['netstat -ano', 'windows-netstat', '', 'Active Connections', '', WINDOWS_HEAD, WINDOWS_ROW],
    ['C:\\Windows\\System32\\NETSTAT.EXE -ano', 'windows-netstat', WINDOWS_ROW],
    ['netstat -anv', 'macos-netstat', 'Active Internet connections (including servers)', MACOS_HEAD, MACOS_ROW],
    ['netstat -an', 'freebsd-netstat', MACOS_HEAD.replace('Send-Q  L', 'Send-Q L'), MACOS_ROW],
    ['busybox netstat -nat', 'netstat', 'tcp        1      0 10.20.0.13:20000        10.20.8.21:8080         CLOSE_WAIT  '],
    ['sockstat -46s', 'sockstat', SOCKSTAT_HEAD, SOCKSTAT_ROW],
    ['sudo lsof -nP -iTCP', 'lsof', LSOF_HEAD, LSOF_ROW],
    ['Get-NetTCPConnection | ConvertTo-Csv', 'powershell', POWERSHELL_HEAD, POWERSHELL_ROW],
  ];
  for (const [name, dialect, ...lines] of named) {
    assert.deepEqual(dialects(`==> ${name} <==`, ...lines), [dialect], name);
    assert.match(sockets(`==> ${name} <==`, ...lines)[0] ?? '', /^tcp close_wait 10\.20\.0\.13:\d+ 10\.20\.8\.21:8080 /, name);
  }
});

test('finds each dialect in raw text, with its header and without', () => {
  const raw: readonly (readonly [dialect: string, ...lines: string[]])[] = [
    ['proc', PROC_HEAD, PROC_ROW],
    ['proc', PROC_ROW],
    ['windows-netstat', '', 'Active Connections', '', WINDOWS_HEAD, WINDOWS_ROW],
    ['windows-netstat', WINDOWS_ROW],
    ['macos-netstat', 'Active Internet connections (including servers)', MACOS_HEAD, MACOS_ROW],
    ['macos-netstat', MACOS_ROW],
    ['macos-netstat', 'Active Internet connections', MACOS_HEAD, MACOS_ROW],
    ['sockstat', SOCKSTAT_HEAD, SOCKSTAT_ROW],
    ['sockstat', SOCKSTAT_ROW],
    ['lsof', LSOF_HEAD, LSOF_ROW],
    ['lsof', LSOF_ROW],
    ['powershell', POWERSHELL_HEAD, POWERSHELL_ROW],
    ['netstat', 'Active Internet connections (w/o servers)', 'tcp 1 0 10.20.0.13:20000 10.20.8.21:8080 CLOSE_WAIT'],
    // A title that somebody has shortened: the rows tell.
    ['netstat', 'Active Internet connections', 'Proto Recv-Q Send-Q Local Address Foreign Address State', 'tcp6 0 0 :::80 :::* LISTEN'],
  ];
  for (const [dialect, ...lines] of raw) {
    assert.deepEqual(dialects(...lines), [dialect], lines.join('|'));
    const { result } = read(...lines);
    assert.equal(result.kind === 'read' ? result.account.unparsed : -1, 0, lines.join('|'));
  }
});

test('takes both files of /proc/net for one snapshot, and a listener’s receive queue for its accept queue', () => {
  const { snapshots } = readBytes(Buffer.from(fixture('proc/linux-6.18.out')));
  assert.equal(snapshots.length, 1);
  const listener = snapshots[0]?.sockets.find(({ local }) => local.port === 18_080);
  // Two connections wait to be accepted; the limit (7) is not shown.
  assert.deepEqual([listener?.recvQ, listener?.sendQ, listener?.ownership.kind], [2, null, 'unknown']);
});

test('does not count twice the sockets that two commands of one snapshot list', () => {
  const { snapshots } = read('==> lsof -nP -iTCP <==', LSOF_HEAD, LSOF_ROW, '==> /proc/net/tcp <==', PROC_HEAD, PROC_ROW);
  assert.deepEqual(
    snapshots.map((one) => [one.dialect, one.sockets.length, one.otherSections]),
    [['lsof', 1, ['/proc/net/tcp']]],
  );
});

test('busybox: reads programs, cut addresses, and tcp for IPv6', () => {
  assert.deepEqual(
    sockets(
      'Active Internet connections (servers and established)',
      'Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name    ',
      'tcp        0      0 0.0.0.0:80              0.0.0.0:*               LISTEN      1/nginx: master pro ',
      'tcp        0      0 :::80                   :::*                    LISTEN      1/nginx: master pro ',
      'tcp        1      0 2001:db8:1234:567:51234 2001:db8:9:0:1:2:3:443  CLOSE_WAIT  7/java',
      'tcp        0      0 172.17.0.2:80           172.17.0.1:60618        TIME_WAIT   -',
    ),
    [
      'tcp listen 0.0.0.0:80 0.0.0.0:null nginx: master pro=1',
      'tcp listen :::80 :::null nginx: master pro=1',
      'tcp close_wait 2001:db8:1234:567:51234 2001:db8:9:0:1:2:3:443 java=7',
      'tcp time_wait 172.17.0.2:80 172.17.0.1:60618 unowned',
    ],
  );
});

test('macOS: takes PIDs from where each release’s header puts them', () => {
  const layouts: readonly (readonly [header: string, tail: string, owner: string])[] = [
    ['rhiwat shiwat    pid   epid', '131072 131100  36843      0', '=36843'],
    ['rhiwat shiwat    pid   epid  state    options', '131072 131100  36843      0 0x0080 0x00000006', '=36843'],
    ['rxbytes      txbytes  rhiwat  shiwat    pid   epid state  options', '0 0 131072 131100  36843      0 00002 00000006', '=36843'],
    [
      'rxbytes      txbytes  rhiwat  shiwat          process:pid    state  options           gencnt    flags   flags1 usecnt rtncnt fltrs',
      '0            0  131072  131072 Code Helper (Plu:17120  00100 00000106 00000000090093f4 00000001 00000800      1      0 000000',
      'Code Helper (Plu=17120',
    ],
    [
      'rxbytes txbytes rhiwat shiwat process:pid state options gencnt flags flags1 usecnt rtncnt fltrs',
      '0 0 131072 131072 kernel_task:0 00082 00000008 000000000053f6f0 00000082 04104900 3 0 000000',
      'kernel_task=0',
    ],
    ['rxbytes txbytes rhiwat shiwat process:pid state options', '0 0 131072 131072 :0 00082 00000008', 'unowned'],
    ['', '', 'unknown'],
  ];
  for (const [header, tail, owner] of layouts) {
    assert.deepEqual(
      sockets('==> netstat -anv <==', `${MACOS_HEAD} ${header}`, `${MACOS_ROW} ${tail}`),
      [`tcp close_wait 10.20.0.13:49712 10.20.8.21:8080 ${owner}`],
      header,
    );
  }
});

test('macOS: a TIME_WAIT is nobody’s, though its former owner is printed', () => {
  assert.deepEqual(
    sockets(`${MACOS_HEAD} rhiwat shiwat pid epid`, 'tcp4 0 0 192.168.1.98.51745 1.1.1.1.443 TIME_WAIT 131768 131768 28786 0'),
    ['tcp time_wait 192.168.1.98:51745 1.1.1.1:443 unowned'],
  );
});

test('macOS: tcp46 is both families, tcp6 one; a dot stands before the port, whatever the address', () => {
  const { snapshots } = read(
    MACOS_HEAD,
    'tcp46      0      0  *.443                  *.*                    LISTEN     ',
    'tcp6       0      0  *.22                   *.*                    LISTEN     ',
    'tcp6       0      0  ::1.631                *.*                    LISTEN     ',
    'tcp4       0      0  fe80::1%lo0.48126      *.*                    LISTEN     ',
    'tcp6       0      0  2603:6010:7c00:4.51737 2606:50c0:8003::.443   FIN_WAIT_1 ',
  );
  assert.deepEqual(
    snapshots.flatMap((one) => one.sockets).map((socket) => `${brief(socket)} ${socket.v6only} ${socket.recvQ}`),
    [
      'tcp listen *:443 *:null unknown null null',
      'tcp listen :::22 :::null unknown true null',
      'tcp listen ::1:631 :::null unknown true null',
      'tcp listen fe80::1:48126 0.0.0.0:null unknown null null',
      'tcp fin_wait1 2603:6010:7c00:4:51737 2606:50c0:8003:::443 unknown null 0',
    ],
  );
});

test('macOS: with -A ports are cut off with their address, and a cut port is no port', () => {
  const [snapshot] = readBytes(Buffer.from(fixture('macos-netstat/osx-10.14.6-An.out'))).snapshots;
  const tcp = snapshot?.sockets.filter(({ protocol }) => protocol === 'tcp') ?? [];
  // awk '$3 ~ /^tcp/ && length($6) < 18 { n = split($6, part, "."); print part[n] }' of the file
  assert.deepEqual(
    tcp.flatMap(({ local }) => local.port ?? []),
    [53_755, 53_763, 9592],
  );
  assert.equal(tcp.length, 6);
  // awk '$NF == "CLOSE_WAIT"'
  assert.equal(tcp.filter(({ state }) => state === 'close_wait').length, 2);
});

test('BSD: other tables are ignored, and listings without states are refused with the right command', () => {
  const { result } = read(
    'Active Internet connections (including servers)',
    MACOS_HEAD,
    MACOS_ROW,
    'Active Multipath Internet connections',
    'Proto/ID  Flags      Local Address          Foreign Address        (state)',
    'Active LOCAL (UNIX) domain sockets',
    'e9eaa142ca4aa99f stream      0      0                0 e9eaa142ca4ac1d7                0                0 /var/run/x',
    'Registered kernel control modules',
    '       1        0        9 com.apple.flow-divert',
  );
  assert.deepEqual(result.kind === 'read' ? [result.account.understood, result.account.unparsed] : [], [1, 0]);
  const withoutState = read(
    'Active Internet connections (including servers)',
    'Proto Rexmit OOORcv 0-win  Local Address          Foreign Address',
    'tcp4       3      0      0 192.168.71.163.22      192.168.71.1.64330     ',
  ).result;
  assert.match(reasonOf(withoutState), /show no state.*netstat -an/);
});

test('a netstat of routes or statistics is no listing of sockets', () => {
  for (const name of ['netstat -rn', 'netstat -s', 'netstat -Lan', 'netstat -ib']) {
    const { snapshots } = read(`==> ${name} <==`, 'default 192.168.1.1 UGSc en0', '==> ss -tan <==', 'LISTEN 0 5 *:80 *:*');
    assert.deepEqual(
      snapshots.map((one) => [one.dialect, one.account.unparsed]),
      [['ss', 0]],
      name,
    );
  }
});

test('sockstat: one socket has several owners; a question mark is nobody', () => {
  const [snapshot] = readBytes(Buffer.from(fixture('sockstat/freebsd-s.out'))).snapshots;
  // Counted by hand.
  assert.deepEqual(snapshot?.sockets.map(brief), [
    'tcp established 10.20.0.13:22 10.20.0.99:51102 sshd=41077+sshd=41074',
    'tcp close_wait 10.20.0.13:20000 10.20.8.21:8080 python3.9=28429',
    'tcp close_wait 10.20.0.13:20001 10.20.8.21:8080 my server=28430',
    'tcp time_wait 10.20.0.13:20002 10.20.8.21:8080 unowned',
    'tcp listen :::22 :::null sshd=705',
    'tcp listen 0.0.0.0:22 0.0.0.0:null sshd=705',
    'tcp listen *:80 *:null httpd=774+httpd=773',
    'tcp listen ::1:4045 :::null unowned',
    'udp close 0.0.0.0:514 0.0.0.0:null syslogd=572',
  ]);
  // tcp6 takes IPv6 only, tcp46 both.
  assert.deepEqual(
    snapshot?.sockets.filter(({ state }) => state === 'listen').map(({ v6only }) => v6only),
    [true, null, null, true],
  );
});

test('sockstat: without -s it is refused, and the reason says how to get states', () => {
  const { result } = read(SOCKSTAT_HEAD, 'root     sshd       45933 4  tcp4   192.168.5.2:22        192.168.5.4:59217');
  assert.match(reasonOf(result), /no states without -s.*sockstat -46s/);
});

test('sockstat: a user’s name that runs into the command, and the columns of -i, -S and -C', () => {
  assert.deepEqual(
    sockets(
      '==> sockstat -46sSC <==',
      'averylonguserpython3.9  28429 7  tcp4   10.0.0.1:5      10.0.0.2:6        CLOSE_WAIT  freebsd    cubic',
      'www nginx 1 7 tcp4 10.0.0.1:7 10.0.0.2:6 12345 ESTABLISHED',
    ),
    ['tcp close_wait 10.0.0.1:5 10.0.0.2:6 =28429', 'tcp established 10.0.0.1:7 10.0.0.2:6 nginx=1'],
  );
});

test('Windows: reads CRLF, a byte order mark, services, and PID 0 as nobody', () => {
  const text = [
    '',
    'Active Connections',
    '',
    WINDOWS_HEAD,
    '  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       1712',
    '  RpcSs',
    ' [svchost.exe]',
    '  TCP    192.168.31.221:4713    157.240.252.61:5222    TIME_WAIT       0',
    '  TCP    [fe80::1%12]:49670     [::]:0                 LISTENING       4',
    ' Can not obtain ownership information',
    '  TCP    10.0.0.4:49712         10.20.8.21:8080        SYN_RECEIVED    9 InHost',
    '  UDP    [::]:5353              *:*                                    3404',
    '',
  ].join('\r\n');
  const expected = [
    'tcp listen 0.0.0.0:135 0.0.0.0:null svchost.exe=1712',
    'tcp time_wait 192.168.31.221:4713 157.240.252.61:5222 unowned',
    'tcp listen fe80::1:49670 :::null =4',
    'tcp syn_recv 10.0.0.4:49712 10.20.8.21:8080 =9',
    'udp close :::5353 *:null =3404',
  ];
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
  for (const bytes of [Buffer.from(text), Buffer.from(`\u{feff}${text.slice(2)}`), Buffer.from(`\u{feff}${text}`), utf16]) {
    const { snapshots, result } = readBytes(bytes);
    assert.deepEqual(snapshots.flatMap((one) => one.sockets).map(brief), expected);
    assert.equal(result.kind === 'read' ? result.account.unparsed : -1, 0);
  }
});

test('Windows: without -o nobody is named; lines that lead to no program are not understood', () => {
  assert.deepEqual(sockets(WINDOWS_HEAD.replace('PID', ''), '  TCP    10.0.0.4:49712  10.20.8.21:8080  FIN_WAIT_2'), [
    'tcp fin_wait2 10.0.0.4:49712 10.20.8.21:8080 unknown',
  ]);
  const { result } = read(WINDOWS_HEAD, WINDOWS_ROW, '  what is this', WINDOWS_ROW, ' [java.exe]', '  and this');
  assert.deepEqual(result.kind === 'read' ? [result.account.understood, result.account.unparsed] : [], [3, 2]);
});

test('lsof: one socket has several owners; commands are unescaped; queues are read', () => {
  const { snapshots } = read(
    LSOF_HEAD,
    'Code\\x20H 17120 dan 25u IPv6 0xe31821a950f84e47 0t0 TCP *:4854 (LISTEN)',
    'Code\\x20H 17121 dan 25u IPv6 0xe31821a950f84e47 0t0 TCP *:4854 (LISTEN)',
    'java 4312 9 sync 31u IPv4 77604 0t0 TCP 10.20.0.13:20000->10.20.8.21:8080 (CLOSE_WAIT QR=1 QS=0)',
    'java 4312 sync 40u IPv4 77604 0t0 TCP 10.20.0.13:20000->10.20.8.21:8080 (CLOSE_WAIT QR=1 QS=0)',
    'java 4312 sync 32u IPv6 77605 0t0 TCP [2001:db8::1]:20001->[2001:db8::2]:443 (SYN_SENT)',
    'java 4312 sync 33u IPv4 77606 0t0 TCP 10.20.0.13:20002',
    'java 4312 sync 34u sock 0,8 0t0 77607 protocol: TCP',
    'java 4312 sync cwd DIR 253,0 224 64 /',
    'lsof: WARNING: can’t stat() fuse file system',
  );
  const all = snapshots.flatMap((one) => one.sockets);
  assert.deepEqual(all.map(brief), [
    'tcp listen *:4854 *:null Code H=17120+Code H=17121',
    'tcp close_wait 10.20.0.13:20000 10.20.8.21:8080 java=4312',
    'tcp syn_sent 2001:db8::1:20001 2001:db8::2:443 java=4312',
    'tcp close 10.20.0.13:20002 0.0.0.0:null java=4312',
  ]);
  assert.deepEqual(
    all.map(({ inode, recvQ }) => [inode, recvQ]),
    [
      [null, null],
      [77_604, 1],
      [77_605, null],
      [77_606, null],
    ],
  );
});

test('PowerShell: finds columns by their names, in any order', () => {
  assert.deepEqual(
    sockets(
      '#TYPE Selected',
      '"State","OwningProcess","RemotePort","RemoteAddress","LocalPort","LocalAddress"',
      '"Bound","7","0","::","50000","::"',
      '"TimeWait","0","443","1.1.1.1","50001","10.0.0.4"',
    ),
    ['tcp close :::50000 :::null =7', 'tcp time_wait 10.0.0.4:50001 1.1.1.1:443 unowned'],
  );
});

test('reads the ephemeral range as each system says it', () => {
  const rangeOf = (...lines: readonly string[]) => read(MACOS_ROW, ...lines).snapshots.map(({ sysctls }) => sysctls.portRange);
  assert.deepEqual(rangeOf('==> sysctl <==', 'net.inet.ip.portrange.first: 10000', 'net.inet.ip.portrange.last: 60000'), [
    [10_000, 60_000],
  ]);
  assert.deepEqual(rangeOf('net.inet.ip.portrange.first: 49152', 'net.inet.ip.portrange.last: 65535'), [[49_152, 65_535]]);
  assert.deepEqual(rangeOf('==> sysctl <==', 'net.inet.ip.portrange.last: 60000', 'net.ipv4.ip_forward: a'), [null]);
  const windows = [
    '',
    'Protocol tcp Dynamic Port Range',
    '---------------------------------',
    'Start Port      : 50000',
    'Number of Ports : 255',
    '',
  ];
  assert.deepEqual(rangeOf('==> netsh int ipv4 show dynamicport tcp <==', ...windows), [[50_000, 50_254]]);
});

test('words like "constructor" are no protocols, states or services', () => {
  const rows = [
    'constructor 0 0 10.0.0.1:1 10.0.0.2:2 LISTEN',
    'tcp 0 0 10.0.0.1:1 10.0.0.2:2 constructor',
    '  constructor 10.0.0.1:1 10.0.0.2:2 LISTENING 5',
    'constructor 0 0 10.0.0.1.1 10.0.0.2.2 LISTEN',
    'constructor ESTAB 0 0 10.0.0.1:1 10.0.0.2:2',
  ];
  for (const row of rows) assert.deepEqual(sockets('==> netstat -an <==', row), [], row);
  assert.deepEqual(sockets('tcp 0 0 10.0.0.1:constructor 10.0.0.2:2 CLOSE_WAIT'), ['tcp close_wait 10.0.0.1:null 10.0.0.2:2 unknown']);
});
