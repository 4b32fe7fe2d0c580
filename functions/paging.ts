import { CursorError } from '../lib/adapters/dynamodb-items.ts';
import type { Page } from '../lib/use-cases/ports.ts';
import { Problem } from './problem.ts';

/** @throws Problem naming the cursor, where it is none of ours */
export const paged = async <T>(list: () => Promise<Page<T>>): Promise<Page<T>> => {
  try {
    return await list();
  } catch (error) {
    if (error instanceof CursorError) throw new Problem(400, 'Bad parameter', error.message, 'cursor', { cause: error });
    throw error;
  }
};
