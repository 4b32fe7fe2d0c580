import { ackOf, afterAck } from '../cases/acknowledge.ts';
import { type Silence, silenceFor } from '../cases/silence.ts';
import type { Analysis, SilencedBy } from '../model/analysis.ts';
import { type Facts, isOpen, worstSeverity } from './facts.ts';
import type { Fleet, FleetKind } from './fleet.ts';

export interface Hushed {
  readonly due: FleetKind | null;
  readonly attention: Pick<Analysis, 'acknowledged' | 'silenced'>;
}

/** A fleet is silenced when each host that still has the trouble is. */
const silencing = (members: readonly Facts[], silences: readonly Silence[], now: string): SilencedBy | null => {
  const found = members.filter(isOpen).map((member) => silenceFor(member, silences, now));
  const [first] = found;
  if (first === undefined || first === null || found.includes(null)) return null;
  const { id, by, why, until } = first;
  return { id, by, why, until };
};

/** What a fleet announces in spite of those who are on it, and of silences; as for a single host (`cases/acknowledge.ts`). */
export const hush = (fleet: Fleet, members: readonly Facts[], due: FleetKind | null, silences: readonly Silence[], now: string): Hushed => {
  const seen = { status: members.some(isOpen) ? 'open' : 'resolved', severity: worstSeverity(members) } as const;
  const ack = ackOf(fleet.acknowledged ?? null, seen, now);
  // While a message waits to go out nothing else is due, an outgrown acknowledgement no more than the rest.
  const heard = fleet.outbox.length > 0 ? due : afterAck(due, ack, false);
  const silenced = heard === null || heard === 'resolved' ? null : silencing(members, silences, now);
  const isKept = ack.kind === 'holds' || silenced !== null || fleet.outbox.length > 0;
  return { due: silenced === null ? heard : null, attention: { acknowledged: isKept ? (fleet.acknowledged ?? null) : null, silenced } };
};
