import * as z from 'zod';
import { ALL_CAUSES, HOST_STATES } from '../model/analysis.ts';
import type { UploadGrant } from '../use-cases/host-ports.ts';
import { count, cursor, time } from './parts.ts';

const host = z.object({
  host: z.string(),
  lastHeardAt: time.describe('To within five minutes.'),
  state: z.enum(HOST_STATES).describe('The worst that is open; silent where nothing comes any more, quiet where nothing is open.'),
  open: count,
  causes: z.array(z.enum(ALL_CAUSES)),
});

export const hostsAnswer = z.object({ hosts: z.array(host), cursor }).meta({ id: 'Hosts' });

const upload = z.object({ host: z.string().nullable(), bucket: z.string(), key: z.string(), reason: z.string(), at: time });

export const uploadsAnswer = z.object({ uploads: z.array(upload), cursor }).meta({ id: 'Uploads' });

export const grantAnswer = z
  .object({
    url: z.url(),
    method: z.literal('PUT'),
    headers: z.record(z.string(), z.string()).describe('To be sent as they are.'),
    expiresAt: time,
  })
  .meta({ id: 'Grant' }) satisfies z.ZodType<UploadGrant>;

export const silenceAnswer = z
  .object({
    id: z.string(),
    match: z
      .object({ host: z.string().nullable(), program: z.string().nullable(), cause: z.enum(ALL_CAUSES).nullable() })
      .describe('All that are given must match.'),
    from: time,
    until: time,
    by: z.string(),
    why: z.string(),
    ended: z.object({ by: z.string(), at: time }).nullable(),
  })
  .meta({ id: 'Silence' });

export const silencesAnswer = z.object({ silences: z.array(silenceAnswer), cursor }).meta({ id: 'Silences' });

export const sessionAnswer = z.object({ url: z.url(), expiresAt: time }).meta({ id: 'Session' });
