import * as z from 'zod/mini';
import { CAUSES } from '../model/analysis.ts';

/**
 * What an entry of the knowledge base looks like. Entries are constants checked by the compiler (`satisfies`) and, in full, by a test:
 * nothing is parsed when the function starts, since that time is paid at every cold start for data that cannot have changed.
 */

export const LANGUAGES = ['java', 'python', 'go', 'node', 'dotnet', 'php', 'ruby', 'proxy'] as const;

/**
 * KERNEL.md, "What the queues say", of sockets in CLOSE_WAIT:
 *
 * - `fin-unread`: Recv-Q 1, nobody has touched it since the peer closed
 * - `read-to-eof`: Recv-Q 0, all was consumed, and it was not closed
 * - `unread-data`: Recv-Q above 1, the program stopped reading, or is behind
 */
export const QUEUES = ['fin-unread', 'read-to-eof', 'unread-data'] as const;

const PRINTABLE = /^[\u0020-\u007e]+$/;
const printable = z.string().check(z.minLength(3), z.maxLength(300), z.regex(PRINTABLE));
/** Plain text that is looked for, never a pattern: it meets whatever was uploaded. */
const patterns = z.readonly(z.array(printable.check(z.maxLength(80))).check(z.minLength(1)));
/** Stands behind a colon, in a sentence: no capital that is not a name's, no full stop. */
const clause = printable.check(z.regex(/[^.]$/));
const code = printable.check(z.regex(/^[^`]+$/));

export const entrySchema = z
  .strictObject({
    id: z.string().check(z.regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/)),
    /** As people call it, with the version where that matters. */
    library: printable,
    language: z.enum(LANGUAGES),
    side: z.enum(['client', 'server', 'both']),
    /** Of which causes it can be the reason. */
    causes: z.readonly(z.array(z.enum(CAUSES.filter((cause) => cause !== 'inconclusive'))).check(z.minLength(1))),
    /** Parts of a stack frame as the log parser gives it (`parsers/logs/frames.ts`). */
    frames: z.optional(patterns),
    /** Parts of a failing line that name the library. */
    messages: z.optional(patterns),
    /** Parts of the line by which the library itself reports this very mistake. */
    warnings: z.optional(patterns),
    /** comm or argv[0], without path and version: `php-fpm` for `/usr/sbin/php-fpm8.2`. */
    programs: z.optional(patterns),
    /** Parts of the command line; of that, a digest keeps 120 characters. */
    commandLine: z.optional(patterns),
    /** Other libraries are built on it: where one of them is seen too, theirs is the better advice. */
    isSubstrate: z.optional(z.boolean()),
    /** Which reading of the receive queue it leaves. Absent: any. */
    queues: z.optional(z.readonly(z.array(z.enum(QUEUES)).check(z.minLength(1)))),
    mistake: clause,
    /** One line of code or configuration. */
    fix: code,
    /** Where that line belongs, or what goes with it. */
    fixNote: z.optional(clause),
    /** A page that was read, and says so. */
    source: z.url({ protocol: /^https$/ }),
    /** What that page says, in our words. Not printed. */
    supports: printable,
    /** `measured`: the mistake was made, and the sockets counted, on a real kernel. */
    evidence: z.enum(['measured', 'documented']),
  })
  .check(
    z.refine(
      ({ frames, messages, warnings, programs, commandLine }) =>
        [frames, messages, warnings, programs, commandLine].some((one) => one !== undefined),
      { error: 'an entry without any pattern is found by its language alone' },
    ),
  );

export type Entry = z.infer<typeof entrySchema>;
export type Language = (typeof LANGUAGES)[number];
export type Queues = (typeof QUEUES)[number];
