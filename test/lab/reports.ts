import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { FailureKind } from '../../lib/model/failure.ts';

const failureSchema = z.object({
  errno: z.number(),
  call: z.enum(['listen', 'bind-any', 'bind-address', 'connect', 'accept', 'open']),
  peer: z.string().nullable(),
  port: z.number().nullable(),
});
export type ActorFailure = z.infer<typeof failureSchema>;

const base = { t: z.number(), pid: z.number() };
const logSchema = z.object({
  ...base,
  event: z.literal('log'),
  level: z.enum(['INFO', 'ERROR']),
  text: z.string(),
  trace: z.array(z.string()),
  failure: failureSchema.nullable(),
});
export type LogRecord = z.infer<typeof logSchema>;

const eventSchema = z.discriminatedUnion('event', [
  logSchema,
  z.object({ ...base, event: z.literal('start'), comm: z.string() }),
  z.object({ ...base, event: z.literal('holds'), open: z.number() }),
  z.object({ ...base, event: z.literal('closed'), count: z.number() }),
  z.object({ ...base, event: z.literal('child'), child: z.number() }),
  z.object({ ...base, event: z.literal('outbound'), localPort: z.number(), peer: z.string() }),
  z.object({ ...base, event: z.literal('listening'), port: z.number() }),
  z.object({ ...base, event: z.literal('bound'), port: z.number() }),
  z.object({ ...base, event: z.literal('stuck'), accepted: z.number() }),
  z.object({ ...base, event: z.literal('unanswered') }),
  z.object({ ...base, event: z.literal('retired'), open: z.number() }),
  z.object({ ...base, event: z.literal('reaped'), open: z.number(), longest: z.number() }),
]);
export type ActorEvent = z.infer<typeof eventSchema>;

/** What one actor says of itself: the only source of truth about an incident. */
export interface ActorRecord {
  readonly role: string;
  readonly pid: number;
  readonly comm: string;
  readonly app: string;
  readonly events: readonly ActorEvent[];
  readonly logs: readonly LogRecord[];
}

const KIND_OF_ERRNO: Readonly<Record<number, FailureKind>> = {
  98: 'address-in-use',
  99: 'address-not-available',
  24: 'too-many-open-files',
};

/** An actor may be killed in mid-line: the last line counts only when it is whole. */
const eventsIn = (file: string): readonly ActorEvent[] => {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => eventSchema.parse(JSON.parse(line)));
};

/** @throws Error where the actor never started. */
export const readRecord = (role: string, app: string, file: string): ActorRecord => {
  const events = eventsIn(file);
  const start = events.find((e) => e.event === 'start');
  if (start === undefined) throw new Error(`actor ${role} did not start`);
  return { role, app, pid: start.pid, comm: start.comm, events, logs: events.filter((e) => e.event === 'log') };
};

export const failuresOf = (actor: ActorRecord): readonly ActorFailure[] =>
  actor.logs.flatMap((l) => (l.failure === null ? [] : [l.failure]));

/** The kind and number of an actor's failures, most frequent kind first; `null` where it had none. */
export const commonestFailure = (actor: ActorRecord): { readonly kind: FailureKind; readonly failures: number } | null => {
  const counts = new Map<FailureKind, number>();
  for (const { errno } of failuresOf(actor)) {
    const kind = KIND_OF_ERRNO[errno];
    if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const [first] = [...counts].sort((a, b) => b[1] - a[1]);
  return first === undefined ? null : { kind: first[0], failures: first[1] };
};

/** The highest count of connections, files or requests that the actor says it held at once. */
export const mostHeld = (actor: ActorRecord): number => Math.max(0, ...actor.events.map((e) => (e.event === 'holds' ? e.open : 0)));

/** Of what an actor closed late: how many it held at once at most, and the longest that it held one, in seconds. */
export const reapedBy = (actor: ActorRecord): { readonly open: number; readonly longest: number } => {
  const told = actor.events.filter((e) => e.event === 'reaped');
  return { open: Math.max(0, ...told.map((e) => e.open)), longest: Math.max(0, ...told.map((e) => e.longest)) };
};

export const childOf = (actor: ActorRecord): number => {
  const event = actor.events.find((e) => e.event === 'child');
  if (event === undefined) throw new Error(`actor ${actor.role} reported no child`);
  return event.child;
};
