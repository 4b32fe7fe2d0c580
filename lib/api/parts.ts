import { z } from 'zod';

/** What many answers are made of. */

/** RFC 3339, UTC. */
export const time = z.iso.datetime();
export const count = z.int().min(0);
