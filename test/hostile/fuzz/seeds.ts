import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Where a hunt begins: the beginnings of recordings, and what earlier hunts found. */
const FIXTURES = 'test/fixtures';
export const CORPUS = 'test/hostile/fuzz/corpus';
const SEED_BYTES = 1500;
const MAX_SEEDS = 24;

const POWERSHELL = `"LocalAddress","LocalPort","RemoteAddress","RemotePort","State","OwningProcess"
"0.0.0.0","135","0.0.0.0","0","Listen","912"
"10.0.0.4","50321","10.0.0.9","443","CloseWait","4312"
`;
const MARKER = '[{"kind": "deploy", "app": "sync", "version": "2.8.1", "at": "2026-11-23T09:58:00Z", "hosts": ["web-03"]}]';
const WORDS =
  'hosts/web-03/logs/login/20261123T095538Z.gz\npassword=x Authorization: Bearer abcdefghij\n\u001b]0;x\u0007 4111 1111 1111 1111';

/** Fixtures whose path matches are of this target's kind. */
const OF: Readonly<Record<string, RegExp>> = {
  ss: /\.ss$|incidents\/(?:seed-ss|churn|backlog).*snapshots/,
  netstat: /^(?:netstat|busybox|freebsd|macos|windows|localised).*\.out$/,
  lsof: /^lsof/,
  sockstat: /^sockstat/,
  'proc-tcp': /^proc/,
  snapshot: /incidents.*snapshots/,
  'upload-snapshot': /incidents.*snapshots/,
  log: /^logs\/|incidents.*logs/,
  'upload-log': /^logs\/|incidents.*logs/,
  lines: /^logs\/.*\.log$/,
  skim: /^logs\/.*\.log$/,
};

const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  powershell: [POWERSHELL],
  marker: [MARKER],
  words: [WORDS],
  lines: ['\ufeffa\r\nb\n'],
};

const filesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(folder, name)).isFile())
      .sort();
  } catch {
    return [];
  }
};

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const read = (path: string): Uint8Array => {
  const bytes = readFileSync(path);
  return (isGzip(bytes) ? gunzipSync(bytes) : bytes).subarray(0, SEED_BYTES);
};

export const corpusOf = (target: string): readonly Uint8Array[] =>
  filesIn(join(CORPUS, target)).map((name) => readFileSync(join(CORPUS, target, name)));

export const seedsOf = (target: string): readonly Uint8Array[] => {
  const own = filesIn(FIXTURES).filter((name) => OF[target]?.test(name) && !/\.(?:json|md)$/.test(name));
  const every = Math.max(1, Math.ceil(own.length / MAX_SEEDS));
  return [
    ...own.filter((_, i) => i % every === 0).map((name) => read(join(FIXTURES, name))),
    ...(WRITTEN[target] ?? []).map((text) => Buffer.from(text)),
    ...corpusOf(target),
  ];
};
