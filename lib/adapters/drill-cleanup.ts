import { fleetKey } from '../fleet/key.ts';
import type { Analysis } from '../model/analysis.ts';
import { DRILL_HOST, type Drill, makeDrill } from '../use-cases/drill.ts';
import { systemClock } from './clock.ts';
import { dynamoRecords } from './dynamodb.ts';
import { deleteItems } from './dynamodb-delete.ts';
import { forgetHost, keysOf } from './dynamodb-forget.ts';
import { dynamoTokens } from './dynamodb-tokens.ts';
import { deleteObjects, listObjects } from './s3-listing.ts';
import type { WholeStack } from './whole-stack.ts';

/** What a drill left. */
export interface Traces {
  readonly drill: Drill;
  readonly analyses: readonly Pick<Analysis, 'cause' | 'side' | 'culprit' | 'resource'>[];
  readonly tokens: readonly string[];
}

/** Nothing else is ever removed, whatever somebody calls a host. */
const isOfDrill = (host: string): boolean => host.startsWith(DRILL_HOST) && /^[0-9a-f]{8}$/.test(host.slice(DRILL_HOST.length));
const ROUNDS = 5;
/** A drill has two, while nothing has gone wrong. */
const MAX_ANALYSES = 20;

/** Those of a drill's host, however they came. */
const withoutSilences = async ({ dynamo, table }: WholeStack, host: string): Promise<void> => {
  const records = dynamoRecords(dynamo, table, systemClock);
  for (let round = 0; round < ROUNDS; round += 1) {
    const { version, list } = await records.readSilences();
    const others = list.filter(({ match }) => match.host !== host);
    if (others.length === list.length || (await records.writeSilences({ version, list: others })) === 'written') return;
  }
};

/**
 * Removes a drill's objects and items; returns how many there were. Other hosts' are never touched: the drill alone has its fleet's key. What a
 * removal that fails half-way is found by comes last: the analyses name the fleets, and the objects the host.
 */
export const removeTraces = async (stack: WholeStack, { drill, analyses, tokens }: Traces): Promise<number> => {
  const { s3, dynamo, bucket, table } = stack;
  const keys = [{ pk: `ADDRESS#${drill.address}`, sk: drill.host }, ...tokens.map((id) => ({ pk: `TOKEN#${id}`, sk: 'TOKEN' }))];
  for (const key of new Set(analyses.map((analysis) => fleetKey(analysis))))
    if (key !== null) keys.push(...(await keysOf(dynamo, table, `FLEET#${key}`)));
  await deleteItems(dynamo, table, keys);
  await withoutSilences(stack, drill.host);
  const items = await forgetHost(dynamo, table, drill.host);
  return items + (await deleteObjects(s3, bucket, `hosts/${drill.host}/`));
};

/** Of drills that were killed: a host's name and when it last uploaded. */
export const abandonedDrills = async ({ s3, bucket }: WholeStack, before: string): Promise<readonly string[]> => {
  const newest = new Map<string, string>();
  for await (const { ref, at } of listObjects(s3, bucket, `hosts/${DRILL_HOST}`)) {
    const host = ref.key.split('/')[1] ?? '';
    if (isOfDrill(host) && at > (newest.get(host) ?? '')) newest.set(host, at);
  }
  return [...newest].filter(([, at]) => at < before).map(([host]) => host);
};

export const removeAbandoned = async (stack: WholeStack, host: string): Promise<void> => {
  const { dynamo, table } = stack;
  const drill = makeDrill(host.slice(DRILL_HOST.length), systemClock.now());
  const analyses = (await dynamoRecords(dynamo, table, systemClock).listAnalyses({ host }, MAX_ANALYSES, null)).items;
  const tokens = (await dynamoTokens(dynamo, table).list(host)).map(({ id }) => id);
  await removeTraces(stack, { drill, analyses, tokens });
};
