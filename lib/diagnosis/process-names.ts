import type { ProcessFact } from '../model/digest.ts';

/** Whether a process is the program that a log is named after: by its own name, or by a word of its command line (`/opt/sync.py`). */
export const isNamed = ({ command, args }: ProcessFact, app: string): boolean =>
  command === app || (args?.split(/[\s/.]/).includes(app) ?? false);
