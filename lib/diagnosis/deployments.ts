import type { Deployment } from '../model/analysis.ts';
import type { MarkerDigest } from '../model/digest.ts';
import { clock, duration } from '../text/words.ts';
import type { Facts } from './facts.ts';
import { isNamed } from './process-names.ts';
import type { Draft } from './verdict.ts';

/** What was deployed just before it began. */

/** A leak that a deployment brings shows soon; what was deployed longer ago is one of many things. */
const BEFORE_MS = 60 * 60_000;
/** Of a program that has no part in it, only what came right before is worth a word. */
const OTHERS_BEFORE_MS = 15 * 60_000;
/** The marker may be written when the deployment ends, a moment after the new program began. */
const AFTER_MS = 2 * 60_000;

const isInvolved = (marker: MarkerDigest, { culprit }: Draft, apps: readonly string[], facts: Facts): boolean => {
  if (apps.includes(marker.app) || culprit?.command === marker.app || culprit?.unit?.startsWith(`${marker.app}.`)) return true;
  return facts.snapshots.some(({ processes }) => processes.some((process) => process.pid === culprit?.pid && isNamed(process, marker.app)));
};

/** The newest marker before the onset, of a program that is involved if there is one; `null` where nothing was deployed near it. */
export const deploymentBefore = (onset: string, draft: Draft, apps: readonly string[], facts: Facts): Deployment | null => {
  const near = facts.markers
    .map((marker) => ({ marker, leadMs: Date.parse(onset) - Date.parse(marker.at), involved: isInvolved(marker, draft, apps, facts) }))
    .filter(({ leadMs, involved }) => leadMs >= -AFTER_MS && leadMs <= (involved ? BEFORE_MS : OTHERS_BEFORE_MS))
    .sort((a, b) => Number(b.involved) - Number(a.involved) || a.leadMs - b.leadMs);
  const [best] = near;
  if (best === undefined) return null;
  const { what, app, release, at, source } = best.marker;
  return { kind: what, app, version: release, at, involved: best.involved, source: source.uri };
};

/** "It began 4 min after sync 2.8.1 was deployed (10:37:36 UTC)." */
export const deploymentSentence = (onset: string, { kind, app, version, at, involved }: Deployment): string => {
  const name = `${app}${version === null ? '' : ` ${version}`}`;
  const what = kind === 'deploy' ? `${name} was deployed` : `${name}: ${kind}`;
  const leadMs = Date.parse(onset) - Date.parse(at);
  const when = leadMs < 0 ? 'as' : `${duration(leadMs)} after`;
  const aside = involved ? '' : ' That may be chance: nothing seen here connects the two.';
  return kind === 'deploy'
    ? `It began ${when} ${what} (${clock(at)}).${aside}`
    : `It began ${leadMs < 0 ? 'with' : `${duration(leadMs)} after`} this event: ${what} (${clock(at)}).${aside}`;
};
