import type { ActorRecord } from './reports.ts';
import type { TakenSnapshot } from './snapshots.ts';

/** All that a scenario left behind, before it is written down. */
export interface Recording {
  readonly snapshots: readonly TakenSnapshot[];
  readonly actors: ReadonlyMap<string, ActorRecord>;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
}

/** A millisecond of the recording becomes so many: 2.5 s between snapshots become a minute. */
export const TO_MINUTES = 24;

/** The rhythms of people's cron, by what a recording of them is called. */
export const RHYTHMS: Readonly<Record<string, number>> = { minutes: TO_MINUTES, 'five-minutes': 5 * TO_MINUTES };

const TAKEN_AT = /^taken_at: .*$/m;
const SECTION = /^(?===> )/m;
/** pid, ppid, user, then the elapsed seconds. */
const ELAPSED = /^( *\d+ +\d+ \S+ +)(\d+)/gm;

const stretchSection = (section: string, at: number, factor: number): string => {
  if (section.startsWith('==> meta')) return section.replace(TAKEN_AT, `taken_at: ${new Date(at).toISOString().slice(0, 19)}Z`);
  if (section.startsWith('==> ps '))
    return section.replace(ELAPSED, (_, before: string, seconds: string) => before + Number(seconds) * factor);
  return section;
};

const stretchText = (text: string, at: number, factor: number): string =>
  text
    .split(SECTION)
    .map((section) => stretchSection(section, at, factor))
    .join('');

/**
 * The same recording, slower: times of snapshots, processes and log records move away from the first snapshot by `factor`.
 * Not for what the kernel times itself (TIME_WAIT, `-o`, `lastack:` of `-i`): that would contradict the new times.
 */
export const stretch = (recording: Recording, factor: number): Recording => {
  const origin = recording.snapshots[0]?.at ?? recording.endedAt;
  const moved = (ms: number): number => Math.round(origin + (ms - origin) * factor);
  const movedActor = (actor: ActorRecord): ActorRecord => ({
    ...actor,
    logs: actor.logs.map((l) => ({ ...l, t: moved(l.t * 1000) / 1000 })),
  });
  return {
    snapshots: recording.snapshots.map(({ host, at, text }) => ({ host, at: moved(at), text: stretchText(text, moved(at), factor) })),
    actors: new Map([...recording.actors].map(([role, actor]) => [role, movedActor(actor)])),
    endedAt: moved(recording.endedAt),
  };
};
