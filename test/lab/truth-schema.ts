import { z } from 'zod';

/** `incident.json`: what truly happened, as far as answers are compared with it. */
export const truthSchema = z.object({
  host: z.string(),
  cause: z.string().nullable(),
  mechanism: z.string().optional(),
  culprit: z
    .object({
      pid: z.number().nullish(),
      command: z.string().optional(),
      peer: z.string().optional(),
      localPort: z.number().optional(),
    })
    .optional(),
  port: z.number().optional(),
  resource: z.object({ kind: z.string() }).optional(),
  victim: z.object({ app: z.string(), failures: z.number() }).partial().optional(),
  alsoTrue: z.array(z.object({ cause: z.string(), pid: z.number().nullish() })).default([]),
});
export type RecordedTruth = z.infer<typeof truthSchema>;
