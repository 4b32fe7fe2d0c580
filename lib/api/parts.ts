import * as z from 'zod/mini';

/** What many answers are made of. */

/** RFC 3339, UTC. */
export const time = z.iso.datetime();
export const count = z.int().check(z.minimum(0));
export const cursor = z.nullable(z.string()).check(z.describe('Of the next page; null on the last one. Opaque; survives new arrivals.'));

/** RFC 9457. */
export const problem = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    parameter: z.optional(z.string()).check(z.describe('The parameter, field or header that is to blame.')),
  })
  .check(z.meta({ id: 'Problem' }));
