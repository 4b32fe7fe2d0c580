import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture, readBytes, reasonOf } from '../support/lines.ts';

const refusal = (text: string | Uint8Array): string => {
  const { result, snapshots } = readBytes(typeof text === 'string' ? Buffer.from(text) : text);
  assert.equal(snapshots.length, 0);
  assert.equal(result.kind, 'refused');
  return reasonOf(result);
};

test('refuses net-tools in every language that Debian has, by its name and title, and says to use LC_ALL=C', () => {
  // Titles as the recordings have them; French, Japanese and Estonian leave the states in English.
  const recorded: readonly (readonly [file: string, language: string, title: RegExp])[] = [
    ['de', 'German', /"Aktive Internetverbindungen/],
    ['fr', 'French', /"Connexions Internet actives/],
    ['pt_BR', 'Portuguese', /"Conexões Internet Ativas/],
    ['ja', 'Japanese', /"稼働中のインターネット接続/],
    ['cs', 'Czech', /"Aktivní Internetová spojení/],
    ['et', 'Estonian', /"Aktiivsed internetiühendused/],
  ];
  for (const [file, language, title] of recorded) {
    const reason = refusal(fixture(`localised/net-tools-${file}.out`));
    assert.match(reason, /LC_ALL=C/);
    assert.match(reason, title);
    assert.ok(reason.includes(language), reason);
  }
});

test('refuses a listing whose title is missing by the state that it does not know', () => {
  for (const [file, language, state] of [
    ['de', 'German', 'VERBUNDEN'],
    ['pt_BR', 'Portuguese', 'OUÇA'],
    ['cs', 'Czech', 'NASLOUCHÁ'],
  ] as const) {
    const rows = fixture(`localised/net-tools-${file}.out`).split('\n').slice(2).join('\n');
    const reason = refusal(rows);
    assert.ok(reason.includes(`(${language}: the state "${state}")`), reason);
  }
});

const WINDOWS: readonly (readonly [title: string, language: string])[] = [
  ['Aktive Verbindungen', 'German'],
  ['Connexions actives', 'French'],
  ['Conexiones activas', 'Spanish'],
  ['Conexões ativas', 'Portuguese'],
  ['Connessioni attive', 'Italian'],
  ['Aktywne połączenia', 'Polish'],
  ['Активные подключения', 'Russian'],
  ['アクティブな接続', 'Japanese'],
  ['活动连接', 'Chinese'],
];

test('refuses Windows’ netstat in another language, and names the command whose states are English', () => {
  for (const [title, language] of WINDOWS) {
    const reason = refusal(
      `\r\n${title}\r\n\r\n  Proto  X  Y\r\n  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       916\r\n`,
    );
    assert.ok(reason.includes(`(${language}: "${title}")`), reason);
    assert.match(reason, /`Get-NetTCPConnection \|.*ConvertTo-Csv -NoTypeInformation`/);
  }
  assert.match(refusal(fixture('localised/windows-de.out')), /German: "Aktive Verbindungen"/);
});

test('tells a language by its states too, in the console’s code page as well', () => {
  const row = (state: string): string =>
    `==> netstat -ano <==\r\n  TCP    0.0.0.0:135            0.0.0.0:0              ${state}         916\r\n`;
  assert.match(refusal(row('ABHÖREN')), /German: the state "ABHÖREN"/);
  // Code page 850 has Ö as byte 0x99, which is no UTF-8.
  const bytes = Buffer.from(row('ABH@REN'));
  bytes[bytes.indexOf('@')] = 0x99;
  assert.match(refusal(bytes), /German: the state "ABH\u{fffd}REN"/u);
  const title = Buffer.from('\r\nConex@es ativas\r\n\r\n');
  title[title.indexOf('@')] = 0xe4;
  assert.match(refusal(title), /Portuguese/);
});

test('quotes a state that no language is known to have', () => {
  assert.match(refusal('==> netstat -nat <==\ntcp 0 0 10.0.0.1:5 10.0.0.2:6 WOBBLING'), /The state "WOBBLING" is not understood.*LC_ALL=C/);
  assert.match(refusal('==> netstat -an <==\ntcp4 0 0 10.0.0.1.5 10.0.0.2.6 WOBBLING'), /The state "WOBBLING" is not understood/);
  assert.match(refusal('java 1 x 3u IPv4 7 0t0 TCP 10.0.0.1:5->10.0.0.2:6 (WOBBLING)'), /The state "WOBBLING" is not understood/);
  assert.match(refusal('root sshd 1 3 tcp4 10.0.0.1:5 10.0.0.2:6 WOBBLING'), /The state "WOBBLING" is not understood/);
  assert.match(
    refusal('"LocalAddress","LocalPort","RemoteAddress","RemotePort","State"\n"10.0.0.1","1","10.0.0.2","2","Wobbling"'),
    /The state "Wobbling" is not understood/,
  );
});

test('refuses one snapshot of an object, and reads the others', () => {
  const english = '==> meta <==\nhost: a\n==> ss -tan <==\nLISTEN 0 5 *:80 *:*\n';
  const german = `==> meta <==\nhost: a\n==> netstat -nat <==\n${fixture('localised/net-tools-de.out')}`;
  const { snapshots, result } = readBytes(Buffer.from(english + german + english));
  assert.equal(snapshots.length, 2);
  // All 21 lines of the German listing are accounted for as not understood.
  assert.equal(result.kind === 'read' ? result.account.unparsed : -1, 21);
});

test('does not take another text that begins like a title for one', () => {
  const { snapshots } = readBytes(
    Buffer.from('==> ss -tan <==\nLISTEN 0 5 *:80 *:*\n==> notes <==\nConexiones activas\nAktive Verbindungen\n'),
  );
  assert.equal(snapshots.length, 1);
  assert.match(refusal('Aktive Verbindungen: 12\n'), /Nothing in it is known/);
});
