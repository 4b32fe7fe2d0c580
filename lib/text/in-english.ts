import english from 'zod/v4/locales/en.js';

/**
 * For whatever schema's complaint somebody may read: `zod/mini` has words in no language by itself ("Invalid input"), and would bring along
 * all fifty if it were asked for one by `z.locales`.
 *
 * @example
 * schema.safeParse(value, IN_ENGLISH).error?.issues[0]?.message; // 'Too big: expected number to be <=200'
 */
export const IN_ENGLISH = { error: english().localeError };
