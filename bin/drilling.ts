import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import type { Api } from '../lib/adapters/api-client.ts';
import { systemClock } from '../lib/adapters/clock.ts';
import { abandonedDrills, removeAbandoned, removeTraces, type Traces } from '../lib/adapters/drill-cleanup.ts';
import { dynamoRecords } from '../lib/adapters/dynamodb.ts';
import { dynamoTokens } from '../lib/adapters/dynamodb-tokens.ts';
import { putObject } from '../lib/adapters/s3-listing.ts';
import { subscribersOf } from '../lib/adapters/sns-subscribers.ts';
import type { WholeStack } from '../lib/adapters/whole-stack.ts';
import type { Drill, DrillUpload } from '../lib/use-cases/drill.ts';
import { enrolHost } from '../lib/use-cases/enrol.ts';
import { ID_BYTES, SECRET_BYTES } from '../lib/use-cases/host-token.ts';
import { ask, readAs } from './api.ts';
import { type Step, StepFailed, waitFor } from './steps.ts';

/** What `closewatch doctor` tries, in order. */

export interface Drilling {
  readonly stack: WholeStack;
  readonly api: Api;
  readonly drill: Drill;
  /** People are told. */
  readonly announces: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const RUNBOOK = 'infra/RUNBOOK.md';
const SILENCE_MS = 30 * 60_000;
/** The sweep runs each minute; one may take longer, or fail. */
const SWEPT_MS = 3 * 60_000;
const ABANDONED_MS = 60 * 60_000;
/** A function that was at work when its objects were deleted may write once more. */
const AFTERMATH_MS = 2_000;

const analysis = z.object({
  id: z.string(),
  status: z.string(),
  cause: z.string(),
  culprit: z.nullable(z.object({ command: z.nullable(z.string()) })),
  victims: z.array(z.object({ app: z.string() })),
  silenced: z.unknown(),
});
type Seen = z.infer<typeof analysis>;
const analyses = z.object({ analyses: z.array(analysis) });
const uploads = z.object({ uploads: z.array(z.object({ key: z.string(), reason: z.string() })) });
const grant = z.object({ url: z.string(), headers: z.record(z.string(), z.string()) });

/** Of this drill only: what was made, to be removed at its end. */
export class DrillRun {
  readonly #on: Drilling;
  readonly #tokens: string[] = [];
  #isBegun = false;

  constructor(on: Drilling) {
    this.#on = on;
  }

  steps(): readonly Step[] {
    const inOrder = [this.#subscribers(), this.#api(), this.#silenceIt(), this.#token(), this.#incident(), this.#told(), this.#recovery()];
    return [...inOrder.filter((step) => step !== null), this.#refusal(), this.#sweep()];
  }

  get #records() {
    const { stack } = this.#on;
    return dynamoRecords(stack.dynamo, stack.table, systemClock, stack.retention);
  }

  async #upload({ key, text }: DrillUpload): Promise<void> {
    this.#isBegun = true;
    await putObject(this.#on.stack.s3, this.#on.stack.bucket, key, text);
  }

  async #find(isIt: (one: Seen) => boolean): Promise<Seen | null> {
    const { api, drill, timeoutMs, signal } = this.#on;
    const path = `/v1/analyses?host=${drill.host}&cause=${drill.expected.cause}`;
    return waitFor(async () => readAs(analyses, await ask(api, { method: 'GET', path })).analyses.find(isIt) ?? null, timeoutMs, signal);
  }

  #subscribers(): Step {
    const advice = `Your credentials need sns:ListSubscriptionsByTopic; see TopicFailures in ${RUNBOOK}.`;
    const run = async (): Promise<string> => {
      const { confirmed, pending } = await subscribersOf(this.#on.stack.sns, this.#on.stack.topicArn);
      const told = Object.entries(confirmed).map(([protocol, count]) => `${count} by ${protocol}`);
      if (told.length === 0)
        throw new StepFailed(
          pending === 0 ? 'nobody is subscribed.' : `${pending} subscribed, but nobody has confirmed.`,
          'Set the parameters email or sms and deploy, or follow the link that SNS sent.',
        );
      return [...told, ...(pending === 0 ? [] : [`${pending} not confirmed yet`])].join(', ');
    };
    return { name: 'Somebody is subscribed', isNeeded: false, advice, run };
  }

  #api(): Step {
    const advice = `See ApiFails in ${RUNBOOK}; your credentials need execute-api:Invoke.`;
    const run = async (): Promise<string> => `${(await ask(this.#on.api, { method: 'GET', path: '/v1/hosts?limit=1' })).status}`;
    return { name: 'The API answers', isNeeded: true, advice, run };
  }

  #silenceIt(): Step | null {
    if (this.#on.announces) return null;
    const run = async (): Promise<string> => {
      const until = new Date(Date.parse(systemClock.now()) + SILENCE_MS).toISOString();
      const body = JSON.stringify({ host: this.#on.drill.host, until, why: 'a drill', by: 'closewatch doctor' });
      const headers = { 'content-type': 'application/json' };
      this.#isBegun = true;
      await ask(this.#on.api, { method: 'POST', path: '/v1/silences', headers, body });
      return 'so that nobody is told';
    };
    return { name: 'The drill is silenced', isNeeded: true, advice: `See ApiFails in ${RUNBOOK}: the log of attend.`, run };
  }

  /** The first upload goes the way of a host without AWS credentials, the others that of one that has them. */
  #token(): Step {
    const run = async (): Promise<string> => {
      const { stack, drill } = this.#on;
      const [first] = drill.incident;
      const random = { id: randomBytes(ID_BYTES), secret: randomBytes(SECRET_BYTES) };
      const enrolled = await enrolHost(drill.host, random, systemClock.now(), dynamoTokens(stack.dynamo, stack.table));
      if (enrolled.kind !== 'enrolled' || first === undefined || stack.api === null)
        throw new StepFailed('the stack has no API that a host could ask.', 'Deploy this version.');
      this.#tokens.push(enrolled.token.id);
      this.#isBegun = true;
      const body = Buffer.from(first.text);
      const asked = await fetch(new URL('/v1/uploads', stack.api), {
        method: 'POST',
        headers: { authorization: `Bearer ${enrolled.text}`, 'content-type': 'application/json' },
        body: JSON.stringify({ key: first.key, size: body.length, type: 'text/plain' }),
      });
      if (!asked.ok) throw new StepFailed(`the API answered ${asked.status}.`, `See ApiFails in ${RUNBOOK}: the log of uploads.`);
      const { url, headers } = grant.parse(await asked.json());
      const put = await fetch(url, { method: 'PUT', headers, body });
      if (!put.ok) throw new StepFailed(`S3 answered ${put.status}.`, 'The role of the function uploads may not write to the bucket.');
      return 'granted, and taken by S3';
    };
    return { name: 'A host uploads by a token', isNeeded: false, advice: `See ApiFails in ${RUNBOOK}.`, run };
  }

  #incident(): Step {
    const { drill, timeoutMs } = this.#on;
    const run = async (): Promise<string> => {
      for (const upload of drill.incident) await this.#upload(upload);
      const began = performance.now();
      const { culprit, victim } = drill.expected;
      const isRight = (one: Seen): boolean => one.culprit?.command === culprit && one.victims.some(({ app }) => app === victim);
      const found = await this.#find(isRight);
      if (found !== null) return `${found.cause}, ${culprit} named, after ${((performance.now() - began) / 1000).toFixed(1)} s`;
      throw new StepFailed(
        `no analysis of it after ${timeoutMs / 1000} s.`,
        `See UploadsWait, UploadsFail and FunctionsThrottled in ${RUNBOOK}.`,
      );
    };
    const advice = 'Your credentials need s3:PutObject on the bucket.';
    return { name: 'The incident is diagnosed', isNeeded: true, advice, run };
  }

  #told(): Step {
    const { drill, announces, timeoutMs, signal } = this.#on;
    const advice = `See PublishingFails in ${RUNBOOK}.`;
    const silenced = async (): Promise<string> => {
      const found = await this.#find((one) => one.silenced !== null);
      if (found === null) throw new StepFailed('nothing was due, or it was not silenced.', advice);
      return 'due, and held back by the silence (--announce tells people)';
    };
    const announced = async (): Promise<string> => {
      const isTold = async (): Promise<true | null> => {
        const board = await this.#records.readBoard(drill.host);
        return board?.outbox.length === 0 && board.ledger.some(({ told }) => told !== null) ? true : null;
      };
      if ((await waitFor(isTold, timeoutMs, signal)) === null) throw new StepFailed('SNS has not taken the message.', advice);
      return 'SNS has the message: look whether it comes';
    };
    return { name: 'It is announced', isNeeded: false, advice, run: announces ? announced : silenced };
  }

  #recovery(): Step {
    const { drill, timeoutMs } = this.#on;
    const run = async (): Promise<string> => {
      for (const upload of drill.recovery) await this.#upload(upload);
      const found = await this.#find(({ status }) => status === 'resolved');
      if (found === null) throw new StepFailed(`it is still open after ${timeoutMs / 1000} s.`, `See UploadsWait in ${RUNBOOK}.`);
      return 'resolved';
    };
    return { name: 'Its end is seen', isNeeded: false, advice: `See UploadsWait in ${RUNBOOK}.`, run };
  }

  #refusal(): Step {
    const { drill, api, timeoutMs, signal } = this.#on;
    const advice = `See UploadsRefused in ${RUNBOOK}.`;
    const listed = async (): Promise<true | null> => {
      const reply = await ask(api, { method: 'GET', path: '/v1/uploads?status=rejected&limit=200' });
      return readAs(uploads, reply).uploads.some(({ key }) => key === drill.refused.key) ? true : null;
    };
    const run = async (): Promise<string> => {
      await this.#upload(drill.refused);
      if ((await waitFor(listed, timeoutMs, signal)) === null) throw new StepFailed('it is not listed.', advice);
      return 'listed with its reason';
    };
    return { name: 'What is not understood is refused', isNeeded: false, advice, run };
  }

  /** What no upload brings about (reminders, silent hosts, messages that failed) is the sweep's. */
  #sweep(): Step {
    const { timeoutMs, signal } = this.#on;
    const advice = `See NobodySweeps in ${RUNBOOK}.`;
    const secondsAgo = async (): Promise<number | null> => {
      const last = await this.#records.lastSweep();
      return last === null ? null : Math.max(0, Math.round((Date.parse(systemClock.now()) - Date.parse(last.at)) / 1000));
    };
    const isRecent = async (): Promise<number | null> => {
      const ago = await secondsAgo();
      return ago !== null && ago * 1000 <= SWEPT_MS ? ago : null;
    };
    const run = async (): Promise<string> => {
      const recent = await waitFor(isRecent, timeoutMs, signal);
      if (recent !== null) return `the last one ended ${recent} s ago`;
      const ago = await secondsAgo();
      throw new StepFailed(ago === null ? 'none has ever ended.' : `the last one ended ${Math.round(ago / 60)} minutes ago.`, advice);
    };
    return { name: 'The sweep runs', isNeeded: false, advice, run };
  }

  /** Apart from the steps: it is done whatever became of them. */
  cleanUp(): Step {
    const { stack, drill } = this.#on;
    const advice = `Your credentials need s3:DeleteObject, dynamodb:Query and dynamodb:BatchWriteItem. What is left is of ${drill.host}; the next doctor tries again.`;
    const run = async (): Promise<string> => {
      const old = new Date(Date.parse(systemClock.now()) - ABANDONED_MS).toISOString();
      const abandoned = await abandonedDrills(stack, old);
      for (const host of abandoned) await removeAbandoned(stack, host);
      const others = abandoned.length === 0 ? '' : `, and ${abandoned.length} drills that had been killed`;
      if (!this.#isBegun) return `nothing to remove${others}`;
      const known = (await this.#records.listAnalyses({ host: drill.host }, 20, null)).items;
      const traces: Traces = { drill, analyses: known, tokens: this.#tokens };
      let removed = await removeTraces(stack, traces);
      await new Promise((resolve) => void setTimeout(resolve, AFTERMATH_MS));
      removed += await removeTraces(stack, traces);
      return `${removed} objects and items removed${others}`;
    };
    return { name: 'The drill is cleaned up', isNeeded: false, advice, run };
  }
}
