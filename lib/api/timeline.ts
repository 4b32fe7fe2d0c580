import * as z from 'zod/mini';
import { FAILURE_KINDS } from '../model/failure.ts';
import { TCP_STATES } from '../model/socket.ts';
import type { Timeline } from '../model/timeline.ts';
import { count, time } from './parts.ts';

const series = z.array(z.nullable(count)).check(z.describe('One value for each of `times`; null where no snapshot tells.'));

const ports = z.object({
  netns: z.nullable(z.string()),
  range: z.nullable(z.object({ from: count, to: count, assumed: z.boolean() })),
  used: series,
  capacity: series,
});

const sockets = z.object({
  holder: z.enum(['process', 'nobody', 'unknown']),
  netns: z.nullable(z.string()),
  pid: z.nullable(count),
  command: z.nullable(z.string()),
  peer: z.nullable(z.string()),
  localPort: z.nullable(count),
  peak: count,
  states: z.partialRecord(z.enum(TCP_STATES), series),
});

const failures = z.object({
  app: z.string(),
  kinds: z.array(z.enum(FAILURE_KINDS)),
  total: count,
  bins: z.array(z.tuple([time, count])).check(z.describe('[beginning, failures], each `failureMinutes` long; none where nothing failed.')),
});

const marker = z.object({ at: time, kind: z.string(), app: z.string(), version: z.nullable(z.string()) });

/** `GET /v1/hosts/{host}/timeline`. */
export const timelineAnswer = z
  .object({
    host: z.string(),
    from: time,
    to: time,
    isComplete: z
      .boolean()
      .check(z.describe('false where there was more than one answer holds: `from` is then the earliest time it covers.')),
    snapshots: count.check(z.describe('Snapshots read. Where a point stands for several, each series keeps the highest value among them.')),
    times: z.array(time),
    ports: z.array(ports),
    processes: z.array(sockets),
    failureMinutes: count,
    failures: z.array(failures),
    markers: z.array(marker),
  })
  .check(z.meta({ id: 'Timeline' })) satisfies z.ZodMiniType<Timeline>;
