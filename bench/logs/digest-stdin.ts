import { digestUpload } from '../../lib/digest/digest-upload.ts';

/** Digests a log from standard input; prints what was found, and the most memory that it took. */
const upload = {
  ref: { kind: 'logs', host: 'bench', app: 'app', name: '20261123T120000Z' } as const,
  uri: 's3://bench/log',
  lastModified: '2026-11-23T12:00:00.000Z',
  body: process.stdin,
};
const outcome = await digestUpload(upload);
if (outcome.kind === 'rejected') throw new Error(outcome.reason);
const [digest] = outcome.digests;
if (digest?.kind !== 'log') throw new Error('no digest');
const failures = digest.failures.reduce((sum, { count }) => sum + count, 0);
process.stdout.write(
  JSON.stringify({ failures, lines: digest.account.total, megabytes: Math.round(process.resourceUsage().maxRSS / 1024) }),
);
