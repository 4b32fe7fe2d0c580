import { createHash } from 'node:crypto';
import type { Analysis } from '../../lib/model/analysis.ts';
import { ingest } from '../../lib/use-cases/ingest.ts';
import { BUCKET } from './hosts.ts';
import { incidents } from './incidents.ts';
import { open, World } from './memory.ts';

/** What was found in each recording: true analyses, to be stored and asked for. */
export const recordedAnalyses = async (): Promise<readonly Analysis[]> => {
  const found: Analysis[] = [];
  for (const { name, objects } of incidents) {
    const world = new World();
    for (const [key, bytes] of objects) {
      world.objects.set(key, bytes);
      await ingest({ bucket: BUCKET, key }, world.deps(open, 'recorded'));
    }
    // Several recordings are of the same host: here they are of its history.
    const idOf = ({ id, host }: Analysis): string => `${host}~${createHash('sha256').update(`${name} ${id}`).digest('hex').slice(0, 10)}`;
    found.push(...[...world.analyses.values()].map(({ analysis }) => ({ ...analysis, id: idOf(analysis) })));
  }
  return found;
};
