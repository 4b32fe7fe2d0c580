import { incident } from '../support/incidents.ts';
import type { Upload } from './deployment.ts';

/** One incident: the log that fails, and the first and last snapshots that explain it. */
export const uploads: readonly Upload[] = [...incident('seed-ss').objects].map(([key, bytes]) => ({ key, bytes }));
const snapshots = uploads
  .map(({ key }) => key)
  .filter((key) => key.includes('/snapshots/'))
  .sort();
export const keys = [
  ...uploads.map(({ key }) => key).filter((key) => key.includes('/logs/login/')),
  ...snapshots.slice(0, 1),
  ...snapshots.slice(-1),
];

/** The same incident on other hosts. */
export const OTHERS = ['web-04', 'web-05'];
export const on = (host: string, key: string): string => key.replace('hosts/web-03/', `hosts/${host}/`);

export const twins: readonly Upload[] = OTHERS.flatMap((host) => uploads.map(({ key, bytes }) => ({ key: on(host, key), bytes })));
