import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActorSpec, Scenario, Truth } from './model.ts';
import { type ActorRecord, failuresOf, mostHeld } from './reports.ts';
import type { Recording } from './stretch.ts';
import { writeLog, writeSnapshots } from './uploads.ts';

const writeJson = (file: string, value: unknown): void => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);

/** Under which name an actor's log is uploaded; `null`: its machine uploads nothing. */
const hostOf = ({ host, third, peerUploadsAs }: Scenario, { where }: ActorSpec): string | null => {
  if (where === 'peer') return peerUploadsAs ?? null;
  return where === 'third' && third?.kind === 'host' ? third.name : host;
};

const byRole =
  (actors: ReadonlyMap<string, ActorRecord>) =>
  (role: string): ActorRecord => {
    const actor = actors.get(role);
    if (actor === undefined) throw new Error(`no actor ${role}`);
    return actor;
  };

/** What each actor said of itself, for whoever checks a label by eye. */
const summaryOf = (actor: ActorRecord) => ({
  role: actor.role,
  pid: actor.pid,
  comm: actor.comm,
  held: mostHeld(actor),
  closed: actor.events.filter((e) => e.event === 'closed').length,
  failures: failuresOf(actor).length,
});

/** Writes `hosts/…` as the host would upload it, and beside it what truly happened. */
export const writeRecording = (scenario: Scenario, specs: readonly ActorSpec[], recording: Recording, folder: string): Truth => {
  rmSync(folder, { recursive: true, force: true });
  const actor = byRole(recording.actors);
  // First: it throws where the incident did not happen, and then there is nothing to write.
  const { note, alsoTrue = [], ...what } = scenario.truth(actor);
  const truth = { ...what, note, host: scenario.host, alsoTrue };
  for (const host of new Set(recording.snapshots.map((s) => s.host))) {
    const hostFolder = join(folder, 'hosts', host);
    const own = recording.snapshots.filter((s) => s.host === host);
    writeSnapshots(scenario, own, hostFolder);
    const times = [...own.map((s) => s.at), recording.endedAt];
    for (const spec of specs.filter((s) => hostOf(scenario, s) === host))
      writeLog(scenario, spec, actor(spec.role), times, host, hostFolder);
  }
  writeJson(join(folder, 'actors.json'), [...recording.actors.values()].map(summaryOf));
  writeJson(join(folder, 'incident.json'), truth);
  return truth;
};
