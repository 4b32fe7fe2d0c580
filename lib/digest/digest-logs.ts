import { afterHead } from '../parsers/logs/agent-head.ts';
import { LogReader } from '../parsers/logs/reader.ts';
import { LogSkimmer } from '../parsers/logs/skim.ts';
import { redact } from '../text/redact.ts';
import { number } from '../text/words.ts';
import { fitLog } from './fit.ts';
import { inflate } from './inflate.ts';
import { MAX_LOG_BYTES, MAX_LOG_EFFORT } from './limits.ts';
import { digestLog, FailureTally } from './log-digest.ts';
import { LogIdentity } from './log-identity.ts';
import { mayBeginWithSecret } from './redacted.ts';
import { takenAt } from './taken-at.ts';
import { type DigestOutcome, factsOf, faultSentence, hostRemark, rejected, type Upload } from './upload.ts';

/** As `LogReader` counts it: some ten microseconds, beside those for each character. */
const EFFORT_OF_REDACTING = 110;

const spentSentence = (lines: number): string =>
  `So much of it had to be looked at closely that what lies behind line ${number(lines)} is not read.`;

export const digestLogUpload = async (
  upload: Upload,
  { host, app, name }: { host: string; app: string; name: string },
): Promise<DigestOutcome> => {
  // Logs bear no zone of their own; the key's time tells the day of lines that have none.
  const uploadedAt = takenAt(null, name, upload.lastModified).at;
  const tally = new FailureTally();
  const openReader = (zone: string | null): LogReader => new LogReader({ uploadedAt, zone }, (failure) => tally.add(failure));
  let reader = openReader(upload.timezone ?? null);
  const log = afterHead((meta) => {
    if (meta?.timezone) reader = openReader(meta.timezone);
    return (text, line, isCalm) => {
      const isMasked = !isCalm && mayBeginWithSecret(text);
      if (isMasked) reader.spend(EFFORT_OF_REDACTING + text.length);
      reader.line(isMasked ? redact(text) : text, line, isCalm);
    };
  });
  const maxEffort = upload.maxLogEffort ?? MAX_LOG_EFFORT;
  const isSpent = (): boolean => reader.effort > maxEffort;
  const identity = new LogIdentity();
  const lines = new LogSkimmer({
    line: (text, line, isCalm) => isSpent() || log.line(text, line, isCalm),
    gap: (count) => {
      identity.gap(count);
      if (!isSpent()) reader.gap(count);
    },
    bytes: (bytes) => identity.bytes(bytes),
    isDone: isSpent,
  });
  const inflated = inflate(upload.body, MAX_LOG_BYTES);
  for await (const chunk of inflated.chunks) lines.push(chunk);
  lines.end();
  log.end();
  const result = reader.end();
  const fault = faultSentence(inflated);
  if (result.kind === 'refused') return rejected(fault === null ? result.reason : `${fault} ${result.reason}`);
  const facts = {
    ...result,
    app,
    contentId: identity.hex(),
    covers: result.covers ?? { from: uploadedAt, to: uploadedAt },
    chunk: log.meta()?.chunk ?? null,
    remarks: [
      ...(fault === null ? [] : [fault]),
      ...(isSpent() ? [spentSentence(result.account.total)] : []),
      ...hostRemark(log.meta()?.host ?? null, host),
    ],
  };
  return { kind: 'digested', digests: [fitLog(digestLog(factsOf(upload, host), facts, tally.finish()))] };
};
