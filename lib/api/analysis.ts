import * as z from 'zod';
import { ALL_CAUSES, type Analysis, CONFIDENCES, MECHANISMS, RESOURCE_KINDS, SEVERITIES, STATUSES } from '../model/analysis.ts';
import { FAILURE_KINDS } from '../model/failure.ts';
import { count, cursor, time } from './parts.ts';

/** DESIGN.md's analysis, as it is answered. */

const text = z.string();
const port = z.int().min(0).max(65_535).nullable();

const culprit = z.object({
  pid: count.nullable(),
  command: text.nullable(),
  peer: text.nullable(),
  localPort: port,
  unit: text.nullable(),
});

const resource = z.object({
  kind: z.enum(RESOURCE_KINDS),
  localPort: port,
  peer: text.nullable(),
  used: count.nullable(),
  capacity: count.nullable(),
  assumed: z.boolean().describe('The capacity was not told by the host.'),
  netns: text.nullable(),
});

const victim = z.object({
  host: text.nullable(),
  app: text,
  pid: count.nullable(),
  kind: z.enum(FAILURE_KINDS),
  error: text,
  failures: count,
  firstAt: time,
  lastAt: time,
  frame: text.nullable(),
  isCulprit: z.boolean(),
});

const trend = z.object({
  perMinute: z.number().nullable(),
  since: time.nullable(),
  exhaustsAt: time.nullable(),
  exhaustsBetween: z.tuple([time, time.nullable()]).nullable().describe('Nine forecasts in ten end in here.'),
  runsOut: z.enum(RESOURCE_KINDS).nullable(),
});

const deployment = z.object({ kind: text, app: text, version: text.nullable(), at: time, involved: z.boolean(), source: text });

const member = z.object({
  host: text,
  since: time,
  resolvedAt: time.nullable(),
  status: z.enum(STATUSES),
  severity: z.enum(SEVERITIES),
  pid: count.nullable(),
  command: text.nullable(),
  peer: text.nullable(),
  localPort: port,
  failures: count,
  ports: z.object({ used: count, capacity: count }).nullable(),
  analysisId: text,
});

const evidence = z.object({ text, source: text, lines: z.tuple([count, count]) });

const otherEnd = z
  .object({
    host: text,
    pid: count.nullable(),
    command: text.nullable(),
    unit: text.nullable(),
    closedFirst: z
      .boolean()
      .nullable()
      .describe('Whether that end closed its side first; null where the connections could not be matched.'),
    sentences: z.array(text),
    evidence: z.array(evidence),
  })
  .describe("What the peer's own host shows of the culprit's connections.");

/** What is answered: the minutes of failures are for judging only. */
type Public = Omit<Analysis, 'victims'> & { readonly victims: readonly Omit<Analysis['victims'][number], 'minutes'>[] };

export const analysisAnswer = z
  .object({
    id: text,
    host: text,
    status: z.enum(STATUSES),
    severity: z.enum(SEVERITIES),
    cause: z.enum(ALL_CAUSES),
    mechanism: z.enum(MECHANISMS),
    side: z.enum(['client', 'server']).nullable(),
    confidence: z.enum(CONFIDENCES),
    culprit: culprit.nullable(),
    contributors: z.array(culprit.extend({ returns: count.describe('Ports or descriptors that return without it.') })),
    resource,
    victims: z.array(victim),
    openedAt: time,
    updatedAt: time,
    resolvedAt: time.nullable(),
    summary: text,
    explanation: text,
    caveats: z.array(text),
    evidence: z.array(evidence),
    remedy: z.object({ now: text, fix: text, prevent: text, verify: text, source: text.nullable() }),
    ports: z.object({ from: count, to: count, used: count, capacity: count, assumed: z.boolean() }).nullable(),
    trend,
    setAside: z.array(z.object({ cause: z.enum(ALL_CAUSES), because: text })),
    deployment: deployment.nullable(),
    history: z.object({ times: count, since: time, episodes: z.array(z.object({ from: time, to: time.nullable() })) }),
    setback: text.nullable(),
    otherEnd: otherEnd.nullable(),
    outcome: text.nullable(),
    acknowledged: z.object({ by: text, why: text, at: time, severity: z.enum(SEVERITIES) }).nullable(),
    silenced: z.object({ id: text, by: text, why: text, until: time }).nullable(),
    hosts: z.array(text),
    hostCount: count,
    fleet: text.nullable().describe('The id of the fleet analysis that this one is part of.'),
    members: z.array(member),
  })
  .meta({ id: 'Analysis' }) satisfies z.ZodType<Public>;

export const analysesAnswer = z.object({ analyses: z.array(analysisAnswer), cursor }).meta({ id: 'Analyses' });
