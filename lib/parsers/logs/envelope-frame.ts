import type { Written } from './time.ts';

/** A line as a transport framed it: what was inside, and what the frame knows. */
export interface Frame {
  /** The lines inside; a transport may carry several in one (syslog's #012, JSON's \n). */
  readonly lines: readonly string[];
  /** Lines with different keys are interleaved streams. */
  readonly stream: string;
  readonly written: Written | null;
  readonly pid: number | null;
  readonly thread: string | null;
  /** The frame holds a whole record (JSON, RFC 5424): what follows is another. */
  readonly isWhole: boolean;
  /** Its line goes on in the next frame of the same stream. */
  readonly isPartial: boolean;
}

export const PLAIN_FRAME = { stream: '', written: null, pid: null, thread: null, isWhole: false, isPartial: false } as const;
