import * as z from 'zod/mini';
import { ALL_CAUSES, type Analysis, CONFIDENCES, MECHANISMS, RESOURCE_KINDS, SEVERITIES, STATUSES } from '../model/analysis.ts';
import { FAILURE_KINDS } from '../model/failure.ts';
import { count, cursor, time } from './parts.ts';

/** DESIGN.md's analysis, as it is answered. */

const text = z.string();
const port = z.nullable(z.int().check(z.minimum(0), z.maximum(65_535)));

const culprit = z.object({
  pid: z.nullable(count),
  command: z.nullable(text),
  peer: z.nullable(text),
  localPort: port,
  unit: z.nullable(text),
});

const resource = z.object({
  kind: z.enum(RESOURCE_KINDS),
  localPort: port,
  peer: z.nullable(text),
  used: z.nullable(count),
  capacity: z.nullable(count),
  assumed: z.boolean().check(z.describe('The capacity was not told by the host.')),
  netns: z.nullable(text),
});

const victim = z.object({
  host: z.nullable(text),
  app: text,
  pid: z.nullable(count),
  kind: z.enum(FAILURE_KINDS),
  error: text,
  failures: count,
  firstAt: time,
  lastAt: time,
  frame: z.nullable(text),
  isCulprit: z.boolean(),
});

const trend = z.object({
  perMinute: z.nullable(z.number()),
  since: z.nullable(time),
  exhaustsAt: z.nullable(time),
  exhaustsBetween: z.nullable(z.tuple([time, z.nullable(time)])).check(z.describe('Nine forecasts in ten end in here.')),
  runsOut: z.nullable(z.enum(RESOURCE_KINDS)),
});

const deployment = z.object({ kind: text, app: text, version: z.nullable(text), at: time, involved: z.boolean(), source: text });

const member = z.object({
  host: text,
  since: time,
  resolvedAt: z.nullable(time),
  status: z.enum(STATUSES),
  severity: z.enum(SEVERITIES),
  pid: z.nullable(count),
  command: z.nullable(text),
  peer: z.nullable(text),
  localPort: port,
  failures: count,
  ports: z.nullable(z.object({ used: count, capacity: count })),
  analysisId: text,
});

const evidence = z.object({ text, source: text, lines: z.tuple([count, count]) });

const otherEnd = z
  .object({
    host: text,
    pid: z.nullable(count),
    command: z.nullable(text),
    unit: z.nullable(text),
    closedFirst: z
      .nullable(z.boolean())
      .check(z.describe('Whether that end closed its side first; null where the connections could not be matched.')),
    sentences: z.array(text),
    evidence: z.array(evidence),
  })
  .check(z.describe("What the peer's own host shows of the culprit's connections."));

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
    side: z.nullable(z.enum(['client', 'server'])),
    confidence: z.enum(CONFIDENCES),
    culprit: z.nullable(culprit),
    contributors: z.array(z.extend(culprit, { returns: count.check(z.describe('Ports or descriptors that return without it.')) })),
    resource,
    victims: z.array(victim),
    openedAt: time,
    updatedAt: time,
    resolvedAt: z.nullable(time),
    summary: text,
    explanation: text,
    caveats: z.array(text),
    evidence: z.array(evidence),
    remedy: z.object({ now: text, fix: text, prevent: text, verify: text, source: z.nullable(text) }),
    ports: z.nullable(z.object({ from: count, to: count, used: count, capacity: count, assumed: z.boolean() })),
    trend,
    setAside: z.array(z.object({ cause: z.enum(ALL_CAUSES), because: text })),
    deployment: z.nullable(deployment),
    history: z.object({ times: count, since: time, episodes: z.array(z.object({ from: time, to: z.nullable(time) })) }),
    setback: z.nullable(text),
    otherEnd: z.nullable(otherEnd),
    outcome: z.nullable(text),
    acknowledged: z.nullable(z.object({ by: text, why: text, at: time, severity: z.enum(SEVERITIES) })),
    silenced: z.nullable(z.object({ id: text, by: text, why: text, until: time })),
    hosts: z.array(text),
    hostCount: count,
    fleet: z.nullable(text).check(z.describe('The id of the fleet analysis that this one is part of.')),
    members: z.array(member),
  })
  .check(z.meta({ id: 'Analysis' })) satisfies z.ZodMiniType<Public>;

export const analysesAnswer = z.object({ analyses: z.array(analysisAnswer), cursor }).check(z.meta({ id: 'Analyses' }));
