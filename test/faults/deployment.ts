import { mock } from 'node:test';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { SQSBatchResponse } from 'aws-lambda';
import { localContext } from '../../lib/local/api.ts';
import { createTable, type Emulators, environmentFor, NAMES, startEmulators } from '../../lib/local/emulators.ts';
import { notificationFor } from '../../lib/local/notifications.ts';
import { MAX_RECEIVES } from '../../lib/use-cases/deliveries.ts';
import { apiEvent } from '../support/api-event.ts';
import { Wire } from './wire.ts';

/** An object, and the message that tells of it. */
export interface Upload {
  readonly key: string;
  readonly bytes: Uint8Array;
}

const START = Date.parse('2026-11-23T12:00:00.000Z');
const MINUTE_MS = 60_000;

/** Ten minutes ago: whatever is redriven was uploaded long before. */
const UPLOADED_AT = '2026-11-23T11:50:00.000Z';

/**
 * As Lambda reads an answer ("Using Lambda with Amazon SQS", reporting batch item failures): whoever names a message that was not in the batch, or
 * none at all in an entry, has failed with all of it.
 */
export const failedIn = ({ batchItemFailures }: SQSBatchResponse, batch: readonly string[]): ReadonlySet<string> => {
  const named = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  return [...named].every((id) => batch.includes(id)) ? named : new Set(batch);
};

const loadFunctions = async () => ({
  ingest: (await import('../../functions/ingest.ts')).handler,
  sweep: (await import('../../functions/sweep.ts')).handler,
  query: (await import('../../functions/query.ts')).handler,
});

/**
 * The true handlers, through real SDK clients, over the embedded emulators behind the wire; the queue is the test's own, so that it decides what
 * comes when, how often, and beside what. The clock stands still unless it is moved.
 */
export class Deployment {
  readonly wire = new Wire();
  readonly deadLetters: string[] = [];
  readonly #emulators: Emulators;
  readonly #ports: Readonly<Record<'s3' | 'sns' | 'dynamodb', number>>;
  readonly #functions: Awaited<ReturnType<typeof loadFunctions>>;
  readonly #receives = new Map<string, number>();
  #life = 0;
  #tables = 0;

  private constructor(
    emulators: Emulators,
    wire: Wire,
    ports: Readonly<Record<'s3' | 'sns' | 'dynamodb', number>>,
    functions: Awaited<ReturnType<typeof loadFunctions>>,
  ) {
    this.#emulators = emulators;
    this.wire = wire;
    this.#ports = ports;
    this.#functions = functions;
  }

  static async start(uploads: readonly Upload[]): Promise<Deployment> {
    const emulators = await startEmulators(0, null);
    const wire = new Wire();
    const ports = {
      s3: await wire.before('s3', emulators.s3Address),
      sns: await wire.before('sns', emulators.s3Address),
      dynamodb: await wire.before('dynamodb', emulators.tableAddress),
    };
    Object.assign(process.env, environmentFor(emulators, ''));
    const client = new S3Client({});
    for (const { key, bytes } of uploads) await client.send(new PutObjectCommand({ Bucket: NAMES.bucket, Key: key, Body: bytes }));
    client.destroy();
    mock.timers.enable({ apis: ['Date'], now: START });
    return new Deployment(emulators, wire, ports, await loadFunctions());
  }

  async stop(): Promise<void> {
    mock.timers.reset();
    await this.wire.stop();
    await this.#emulators.stop();
  }

  /** Nothing is known, nothing was said. */
  async anew(): Promise<void> {
    this.#tables += 1;
    const name = `closewatch-${this.#tables}`;
    await createTable(this.#emulators.tableAddress, name);
    process.env.TABLE = name;
    this.wire.set(() => null);
    this.wire.accepted.length = 0;
    this.deadLetters.length = 0;
    this.#receives.clear();
    mock.timers.setTime(START);
    this.restart();
  }

  /** Whatever a function kept in memory is gone: another address of the same wire makes it build everything anew. */
  restart(): void {
    this.#life = (this.#life % 250) + 1;
    const host = `http://127.0.0.${this.#life}`;
    process.env.AWS_ENDPOINT_URL_S3 = `${host}:${this.#ports.s3}`;
    process.env.AWS_ENDPOINT_URL_SNS = `${host}:${this.#ports.sns}`;
    process.env.AWS_ENDPOINT_URL_DYNAMODB = `${host}:${this.#ports.dynamodb}`;
  }

  /**
   * One delivery of a batch: what failed comes again, a bounded number of times. SQS moves a message on the receive after the last (`maxReceiveCount`
   * exceeded), which nobody sees; here it is moved at once.
   *
   * @param remainingMs how long the function may take
   * @returns the keys that are still in the queue
   */
  async deliver(keys: readonly string[], remainingMs = 30_000): Promise<readonly string[]> {
    for (const key of keys) this.#receives.set(key, (this.#receives.get(key) ?? 0) + 1);
    const ids = keys.map((key, i) => `${i} ${key}`);
    const Records = keys.map((key, i) => ({
      messageId: ids[i] ?? '',
      body: notificationFor(key, UPLOADED_AT),
      attributes: { ApproximateReceiveCount: `${this.#receives.get(key)}` },
    }));
    const failed = await this.#functions
      .ingest({ Records }, { ...localContext, getRemainingTimeInMillis: () => remainingMs })
      .then((response: SQSBatchResponse) => failedIn(response, ids))
      .catch(() => new Set(ids));
    return keys.filter((_, i) => failed.has(ids[i] ?? '')).filter((key) => this.#comesAgain(key));
  }

  /** One message that tells of several objects, as S3 may send it; whether it comes again. */
  async deliverInOne(keys: readonly string[]): Promise<boolean> {
    const told: readonly { readonly Records: readonly object[] }[] = keys.map((key) => JSON.parse(notificationFor(key, UPLOADED_AT)));
    const body = JSON.stringify({ Records: told.flatMap(({ Records }) => Records) });
    const Records = [{ messageId: 'one', body, attributes: { ApproximateReceiveCount: '1' } }];
    const response: SQSBatchResponse = await this.#functions.ingest(
      { Records },
      { ...localContext, getRemainingTimeInMillis: () => 30_000 },
    );
    return failedIn(response, ['one']).has('one');
  }

  async sweep(afterMs = 0): Promise<void> {
    mock.timers.setTime(Date.now() + afterMs);
    await this.#functions.sweep({}, localContext).catch(() => {});
  }

  /** Until leases are over, and what had to settle has. */
  async quiet(): Promise<void> {
    for (let i = 0; i < 2; i += 1) await this.sweep(3 * MINUTE_MS);
  }

  analyses(): Promise<readonly Record<string, unknown>[]> {
    return this.#list('analyses', { from: '2026-11-01T00:00:00Z' });
  }

  rejections(): Promise<readonly Record<string, unknown>[]> {
    return this.#list('uploads', { status: 'rejected' });
  }

  hosts(): Promise<readonly Record<string, unknown>[]> {
    return this.#list('hosts', {});
  }

  /** An operator sends what was given up again: SQS counts its deliveries anew. */
  redrive(): readonly string[] {
    const keys = this.deadLetters.splice(0);
    for (const key of keys) this.#receives.delete(key);
    return keys;
  }

  async #list(name: 'analyses' | 'hosts' | 'uploads', query: Record<string, string>): Promise<readonly Record<string, unknown>[]> {
    const answer = await this.#functions.query(apiEvent(`GET /v1/${name}?${new URLSearchParams(query)}`), localContext);
    const body: unknown = JSON.parse(answer.body ?? '{}');
    const list: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : null;
    return Array.isArray(list) ? list : [];
  }

  #comesAgain(key: string): boolean {
    if ((this.#receives.get(key) ?? 0) < MAX_RECEIVES) return true;
    this.deadLetters.push(key);
    return false;
  }
}
