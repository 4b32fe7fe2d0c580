import { afterHead } from '../parsers/logs/agent-head.ts';
import { LogReader } from '../parsers/logs/reader.ts';
import { LogSkimmer } from '../parsers/logs/skim.ts';
import { fitLog } from './fit.ts';
import { inflate } from './inflate.ts';
import { MAX_LOG_BYTES } from './limits.ts';
import { digestLog, FailureTally } from './log-digest.ts';
import { LogIdentity } from './log-identity.ts';
import { withSafeBeginning } from './redacted.ts';
import { takenAt } from './taken-at.ts';
import { type DigestOutcome, factsOf, faultSentence, hostRemark, rejected, type Upload } from './upload.ts';

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
    return (text, line, isCalm) => reader.line(isCalm ? text : withSafeBeginning(text), line, isCalm);
  });
  const identity = new LogIdentity();
  const gap = (count: number): void => {
    identity.gap(count);
    reader.gap(count);
  };
  const lines = new LogSkimmer({ line: log.line, gap, bytes: (bytes) => identity.bytes(bytes) });
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
    remarks: [...(fault === null ? [] : [fault]), ...hostRemark(log.meta()?.host ?? null, host)],
  };
  return { kind: 'digested', digests: [fitLog(digestLog(factsOf(upload, host), facts, tally.finish()))] };
};
