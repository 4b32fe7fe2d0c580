import type { OutboxEntry } from '../cases/board.ts';
import type { Membership } from '../fleet/fleet.ts';
import { fleetKey } from '../fleet/key.ts';
import { claimVoice } from '../fleet/voice.ts';
import { ContentionError, MAX_ROUNDS } from './contention.ts';
import type { Deps } from './deps.ts';

/**
 * The fleet that a case is in. It stays there while its cause stays: a peer or program that is seen differently in the next snapshot must
 * not carry it to where nobody tells of it.
 */
const join = async ({ caseId, analysis }: OutboxEntry, { records }: Deps): Promise<Membership | null> => {
  const known = await records.membership(caseId);
  if (known !== null && known.cause === analysis.cause) return known;
  const key = fleetKey(analysis);
  if (key === null) return null;
  const joined: Membership = { key, caseId, host: analysis.host, cause: analysis.cause, fleet: null };
  await records.putMembership(joined);
  return joined;
};

/**
 * Whether a host publishes a transition itself, or leaves it to the sweep's message about the fleet. Membership is written before the
 * fleet is read: whoever closes the fleet meanwhile finds the host at the next sweep.
 *
 * @throws ContentionError where other writers were always first
 */
export const speaksForItself = async (entry: OutboxEntry, deps: Deps): Promise<boolean> => {
  const membership = await join(entry, deps);
  if (membership === null) return true;
  await deps.records.putMember(membership);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const fleet = await deps.records.readFleet(membership.key);
    const { speaks, next } = claimVoice(fleet, membership.key, entry, deps.clock.now(), deps.settings.fleet);
    if (next === null || (await deps.records.writeFleet(next)) === 'written') return speaks;
  }
  throw new ContentionError(`The fleet of ${entry.caseId} changed ${MAX_ROUNDS} times while it was being written.`);
};
