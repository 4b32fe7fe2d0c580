import { fleetKey } from '../fleet/key.ts';
import type { Analysis } from '../model/analysis.ts';
import { DRILL_HOST, type Drill } from '../use-cases/drill.ts';
import { systemClock } from './clock.ts';
import { dynamoRecords } from './dynamodb.ts';
import { deleteItems, forgetHost, keysOf } from './dynamodb-forget.ts';
import { deleteObjects, listObjects } from './s3-listing.ts';
import type { WholeStack } from './whole-stack.ts';

/** What a drill left. */
export interface Traces {
  readonly drill: Drill;
  readonly analyses: readonly Pick<Analysis, 'cause' | 'side' | 'culprit' | 'resource'>[];
  readonly tokens: readonly string[];
  readonly silence: string | null;
}

const ROUNDS = 5;

const withoutSilence = async ({ dynamo, table }: WholeStack, id: string): Promise<void> => {
  const records = dynamoRecords(dynamo, table, systemClock);
  for (let round = 0; round < ROUNDS; round += 1) {
    const { version, list } = await records.readSilences();
    if (!list.some((one) => one.id === id)) return;
    if ((await records.writeSilences({ version, list: list.filter((one) => one.id !== id) })) === 'written') return;
  }
};

/** Removes a drill's objects and items; returns how many there were. Other hosts' are never touched: the drill alone has its fleet's key. */
export const removeTraces = async (stack: WholeStack, { drill, analyses, tokens, silence }: Traces): Promise<number> => {
  const { s3, dynamo, bucket, table } = stack;
  const objects = await deleteObjects(s3, bucket, `hosts/${drill.host}/`);
  const items = await forgetHost(dynamo, table, drill.host);
  const keys = [{ pk: `ADDRESS#${drill.address}`, sk: drill.host }, ...tokens.map((id) => ({ pk: `TOKEN#${id}`, sk: 'TOKEN' }))];
  for (const key of new Set(analyses.map((analysis) => fleetKey(analysis))))
    if (key !== null) keys.push(...(await keysOf(dynamo, table, `FLEET#${key}`)));
  await deleteItems(dynamo, table, keys);
  if (silence !== null) await withoutSilence(stack, silence);
  return objects + items;
};

/** Of drills that were killed: a host's name and when it last uploaded. */
export const abandonedDrills = async ({ s3, bucket }: WholeStack, before: string): Promise<readonly string[]> => {
  const newest = new Map<string, string>();
  for await (const { ref, at } of listObjects(s3, bucket, `hosts/${DRILL_HOST}`)) {
    const host = ref.key.split('/')[1] ?? '';
    if (at > (newest.get(host) ?? '')) newest.set(host, at);
  }
  return [...newest].filter(([, at]) => at < before).map(([host]) => host);
};

export const removeAbandoned = async ({ s3, dynamo, bucket, table }: WholeStack, host: string): Promise<void> => {
  await deleteObjects(s3, bucket, `hosts/${host}/`);
  await forgetHost(dynamo, table, host);
};
