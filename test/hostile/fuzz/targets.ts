import assert from 'node:assert/strict';
import { digestUpload } from '../../../lib/digest/digest-upload.ts';
import { MAX_DIGEST_BYTES } from '../../../lib/digest/fit.ts';
import { readMarkers } from '../../../lib/digest/marker.ts';
import { takenAt } from '../../../lib/digest/taken-at.ts';
import { HOST_NAME, parseUploadKey, type UploadKey } from '../../../lib/digest/upload-key.ts';
import { Account } from '../../../lib/parsers/account.ts';
import { openListing } from '../../../lib/parsers/dialects.ts';
import { Line } from '../../../lib/parsers/line.ts';
import { LineSplitter } from '../../../lib/parsers/lines.ts';
import { LogReader } from '../../../lib/parsers/logs/reader.ts';
import { LogSkimmer, type SkimSink } from '../../../lib/parsers/logs/skim.ts';
import { SnapshotReader } from '../../../lib/parsers/snapshot.ts';
import { SocketTable } from '../../../lib/parsers/socket-table.ts';
import { plain } from '../../../lib/text/plain.ts';
import { redact } from '../../../lib/text/redact.ts';
import { rowsOf } from '../../support/rows.ts';

/** Throws where a promise is broken; a hang is seen from outside. */
export type Target = (data: Uint8Array) => void | Promise<void>;

const AT = '2026-11-23T12:00:00.000Z';
const MAX_PORT = 65_535;

const linesOf = (data: Uint8Array): readonly string[] => {
  const lines: string[] = [];
  const splitter = new LineSplitter((text) => lines.push(text));
  splitter.push(data);
  const { lines: counted } = splitter.end();
  assert.equal(counted, lines.length, 'lines are counted as they are handed over');
  return lines;
};

const isPort = (port: number | null): boolean => port === null || (Number.isInteger(port) && port >= 0 && port <= MAX_PORT);

/** Each line goes into one of the account's columns, and no row becomes a socket that cannot be. */
const listing =
  (name: string): Target =>
  (data) => {
    const account = new Account();
    const table = new SocketTable();
    const reader = openListing(name, account, table);
    assert.ok(reader !== null);
    const lines = linesOf(data);
    for (const [i, text] of lines.entries()) reader.line(Line.of(text, i + 1));
    reader.end();
    const sockets = rowsOf(table.columns());
    assert.equal(account.get().total, lines.length, 'every line is accounted for');
    assert.ok(sockets.length <= lines.length, 'no more sockets than lines');
    for (const { local, peer } of sockets) assert.ok(isPort(local.port) && isPort(peer?.port ?? null), 'ports are ports');
  };

const snapshot: Target = (data) => {
  const reader = new SnapshotReader(({ lines: [from, to] }) => assert.ok(from <= to));
  const lines = linesOf(data);
  for (const [i, text] of lines.entries()) reader.line(text, i + 1);
  const result = reader.end();
  if (result.kind === 'read') assert.equal(result.account.total, lines.length, 'every line is accounted for');
  else assert.ok(result.reason.length > 20, 'a refusal says why');
};

const log: Target = (data) => {
  const reader = new LogReader({ uploadedAt: AT, zone: null }, (failure) => {
    assert.ok(!Number.isNaN(Date.parse(failure.at)), 'a failure has a time');
    assert.ok(isPort(failure.localPort), 'and a port, if any');
    assert.ok(failure.lines[0] >= 1 && failure.lines[0] <= failure.lines[1] && failure.lines[1] <= lines.length, 'and lines of the log');
  });
  const lines = linesOf(data);
  for (const [i, text] of lines.entries()) reader.line(text, i + 1);
  const result = reader.end();
  if (result.kind === 'read') assert.equal(result.account.total, lines.length, 'every line is accounted for');
};

/** However a stream is cut, the lines are the same. */
const splitting: Target = (data) => {
  const whole = linesOf(data);
  const [size = 1] = data;
  const pieces: string[] = [];
  const splitter = new LineSplitter((text) => pieces.push(text));
  for (let from = 0; from < data.length; from += 1 + (size % 7)) splitter.push(data.subarray(from, from + 1 + (size % 7)));
  splitter.end();
  assert.deepEqual(pieces, whole);
};

/** Each line is handed over as it is or passed over, whatever the blocks' borders, and a stream that is cut otherwise is skimmed alike. */
const skim: Target = (data) => {
  const whole = linesOf(data);
  const [size = 1, block = 0] = data;
  const skimmed = (chunk: number): readonly (readonly [string, number])[] => {
    const handed: (readonly [string, number])[] = [];
    let passed = 0;
    const sink: SkimSink = {
      line: (text, line) => {
        handed.push([text, line]);
        assert.equal(line, handed.length + passed, 'lines are numbered as they stand');
      },
      gap: (lines) => {
        passed += lines;
      },
    };
    const skimmer = new LogSkimmer(sink, { whole: 200 + (size & 15) * 8, block: 16 + block, back: 64 });
    for (let from = 0; from < data.length; from += chunk) skimmer.push(data.subarray(from, from + chunk));
    skimmer.end();
    assert.equal(handed.length + passed, whole.length, 'every line is accounted for');
    return handed;
  };
  const handed = skimmed(data.length);
  assert.deepEqual(skimmed(1 + (size % 13)), handed);
  for (const [text, line] of handed) assert.equal(text, whole[line - 1]);
};

const upload =
  (ref: UploadKey): Target =>
  async (data) => {
    const body = (async function* () {
      yield data;
    })();
    const outcome = await digestUpload({ ref, uri: 's3://uploads/x', lastModified: AT, body });
    if (outcome.kind === 'rejected') return;
    for (const digest of outcome.digests) {
      assert.equal(digest.host, 'web-1', 'the key names the host');
      assert.ok(Buffer.byteLength(JSON.stringify(digest)) <= MAX_DIGEST_BYTES, 'a digest stays small');
    }
  };

const words: Target = (data) => {
  const text = Buffer.from(data).toString('utf8');
  assert.ok(!/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(plain(text)), 'no control is left');
  const once = redact(text);
  assert.equal(redact(once), once, 'what is redacted stays as it is');
  const key = parseUploadKey(text);
  if (key.kind !== 'rejected' && key.host !== null) assert.match(key.host, HOST_NAME);
  assert.ok(!Number.isNaN(Date.parse(takenAt(text, text, AT).at)), 'a time is a time');
};

const marker: Target = (data) => {
  const read = readMarkers(Buffer.from(data).toString('utf8'), { host: 'web-1', uri: 's3://uploads/x', uploadedAt: AT });
  if (read.kind === 'refused') assert.ok(read.reason.length > 20, 'a refusal says why');
};

export const targets: Readonly<Record<string, Target>> = {
  ss: listing('ss -tanpeoiO'),
  netstat: listing('netstat -natp'),
  lsof: listing('lsof -nP -iTCP'),
  sockstat: listing('sockstat -46'),
  'proc-tcp': listing('/proc/net/tcp'),
  powershell: listing('Get-NetTCPConnection'),
  snapshot,
  log,
  lines: splitting,
  skim,
  'upload-snapshot': upload({ kind: 'snapshots', host: 'web-1', name: 'x' }),
  'upload-log': upload({ kind: 'logs', host: 'web-1', app: 'app', name: 'x' }),
  marker,
  words,
};
