import { SEVERITIES, type Severity } from '../model/analysis.ts';

/** Entering is higher than leaving, so that a figure at the edge neither opens and closes a case nor swings its severity. */

/** A fifth below: more than what comes and goes between two snapshots, less than a remedy would take away. */
const LEAVE_SHARE = 0.8;

/** The limit that counts just now: as written to enter, lower for what has entered. */
export const limitFor = (enter: number, hasEntered: boolean): number => (hasEntered ? LEAVE_SHARE * enter : enter);

/** Whether the open case stands at this severity or a worse one. */
export const standsAt = (open: Severity | null, severity: Severity): boolean =>
  open !== null && SEVERITIES.indexOf(open) <= SEVERITIES.indexOf(severity);
