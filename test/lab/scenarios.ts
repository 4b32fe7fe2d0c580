import type { Scenario } from './model.ts';
import { CHURN } from './scenarios/churn.ts';
import { EXHAUSTION } from './scenarios/exhaustion.ts';
import { FIXED_PORT } from './scenarios/fixed-port.ts';
import { HEALTHY } from './scenarios/healthy.ts';
import { HOSTS } from './scenarios/hosts.ts';
import { MIXED_EXHAUSTION } from './scenarios/mixed-exhaustion.ts';
import { MIXTURES } from './scenarios/mixtures.ts';
import { MORE_PILES } from './scenarios/more-piles.ts';
import { MORE_PORTS } from './scenarios/more-ports.ts';
import { POOR_TOOLS } from './scenarios/poor-tools.ts';
import { RESTLESS } from './scenarios/restless.ts';
import { SERVER_SIDE } from './scenarios/server-side.ts';
import { SHARED_BLAME } from './scenarios/shared-blame.ts';
import { TRAPS } from './scenarios/traps.ts';

/** All of them, in the order in which they are recorded. */
export const SCENARIOS: readonly Scenario[] = [
  ...EXHAUSTION,
  ...CHURN,
  ...FIXED_PORT,
  ...SERVER_SIDE,
  ...TRAPS,
  ...HEALTHY,
  ...MORE_PILES,
  ...MORE_PORTS,
  ...RESTLESS,
  ...MIXTURES,
  ...MIXED_EXHAUSTION,
  ...HOSTS,
  ...POOR_TOOLS,
  ...SHARED_BLAME,
];

/** The ten causes and a healthy host, by `ss` and `netstat`, none of which needs a JDK or much of a machine: what CI plays. */
export const SHORT: readonly string[] = [
  'leak-connect-victims',
  'server-leak-early',
  'churn-own-calls',
  'leak-beside-hoarding',
  'conflict-old-copy',
  'conflict-netstat-no-pid',
  'clash-close-wait',
  'clash-established',
  'restart-many-clients',
  'backlog-ss',
  'slow-consumer',
  'descriptors-files',
  'mystery-holder-gone',
  'healthy-graceful-restart',
];
