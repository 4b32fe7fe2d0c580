import * as z from 'zod/mini';
import { ALL_CAUSES, HOST_STATES } from '../model/analysis.ts';
import type { UploadGrant } from '../use-cases/host-ports.ts';
import { count, cursor, time } from './parts.ts';

const host = z.object({
  host: z.string(),
  lastHeardAt: time.check(z.describe('To within five minutes.')),
  state: z.enum(HOST_STATES).check(z.describe('The worst that is open; silent where nothing comes any more, quiet where nothing is open.')),
  open: count,
  causes: z.array(z.enum(ALL_CAUSES)),
});

export const hostsAnswer = z.object({ hosts: z.array(host), cursor }).check(z.meta({ id: 'Hosts' }));

const upload = z.object({ host: z.nullable(z.string()), bucket: z.string(), key: z.string(), reason: z.string(), at: time });

export const uploadsAnswer = z.object({ uploads: z.array(upload), cursor }).check(z.meta({ id: 'Uploads' }));

export const grantAnswer = z
  .object({
    url: z.url(),
    method: z.literal('PUT'),
    headers: z.record(z.string(), z.string()).check(z.describe('To be sent as they are.')),
    expiresAt: time,
  })
  .check(z.meta({ id: 'Grant' })) satisfies z.ZodMiniType<UploadGrant>;

export const silenceAnswer = z
  .object({
    id: z.string(),
    match: z
      .object({ host: z.nullable(z.string()), program: z.nullable(z.string()), cause: z.nullable(z.enum(ALL_CAUSES)) })
      .check(z.describe('All that are given must match.')),
    from: time,
    until: time,
    by: z.string(),
    why: z.string(),
    ended: z.nullable(z.object({ by: z.string(), at: time })),
  })
  .check(z.meta({ id: 'Silence' }));

export const silencesAnswer = z.object({ silences: z.array(silenceAnswer), cursor }).check(z.meta({ id: 'Silences' }));

export const sessionAnswer = z.object({ url: z.url(), expiresAt: time }).check(z.meta({ id: 'Session' }));
