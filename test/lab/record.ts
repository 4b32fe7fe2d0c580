import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningActor, startActor } from './actors.ts';
import type { ActorSpec, Scenario, Truth } from './model.ts';
import { neighboursOf } from './neighbours.ts';
import { type Network, setSysctl, withNetwork } from './network.ts';
import { readRecord } from './reports.ts';
import { sleep } from './shell.ts';
import { type TakenSnapshot, takeSnapshots } from './snapshots.ts';
import { type Recording, RHYTHMS, stretch } from './stretch.ts';
import { writeRecording } from './write-recording.ts';

const SNAPSHOT_EVERY_MS = 2_500;
/** A client starts after its peers listen: Python needs a third of a second, more when the machine is busy. */
const HOST_STARTS_AT = 1.2;

interface Step {
  readonly at: number;
  run(): void;
}

interface Stage {
  readonly running: Map<string, RunningActor>;
  readonly snapshots: TakenSnapshot[];
}

/** The PID that an actor takes over, where it does. */
const takenPid = ({ role, pidOf }: ActorSpec, stage: Stage): number | null => {
  if (pidOf === undefined) return null;
  const former = stage.running.get(pidOf);
  if (former === undefined) throw new Error(`${role} is to have the PID of ${pidOf}, which never ran`);
  return readRecord(pidOf, pidOf, former.reportFile).pid;
};

const startOf = (spec: ActorSpec): number =>
  spec.from ?? (spec.where === 'host' && !String(spec.config.mode).startsWith('server.') ? HOST_STARTS_AT : 0);

const stepsOf = (scenario: Scenario, specs: readonly ActorSpec[], network: Network, workFolder: string, stage: Stage): readonly Step[] => {
  const starts = specs.map((spec) => ({
    at: startOf(spec),
    run: () => void stage.running.set(spec.role, startActor(spec, network, workFolder, takenPid(spec, stage))),
  }));
  const stops = specs.flatMap((spec) =>
    spec.until === undefined ? [] : [{ at: spec.until, run: () => stage.running.get(spec.role)?.stop() }],
  );
  const every = (scenario.everyMs ?? SNAPSHOT_EVERY_MS) / 1000;
  const regular = Array.from({ length: Math.floor(scenario.seconds / every) + 1 }, (_, i) => scenario.firstAt + i * every);
  const looks = (scenario.looksAt ?? regular).map((at) => ({
    at,
    run: () => void stage.snapshots.push(...takeSnapshots(scenario, network)),
  }));
  return [...starts, ...stops, ...looks].sort((a, b) => a.at - b.at);
};

const play = async (steps: readonly Step[]): Promise<void> => {
  const begin = Date.now();
  for (const step of steps) {
    await sleep(begin + step.at * 1000 - Date.now());
    step.run();
  }
};

const configure = (scenario: Scenario, network: Network): void => {
  setSysctl(network.host, 'net.ipv4.ip_local_port_range', scenario.range.join(' '));
  for (const [name, value] of Object.entries(scenario.sysctls ?? {})) setSysctl(network.host, name, value);
  for (const [name, value] of Object.entries(scenario.peerSysctls ?? {})) setSysctl(network.peer, name, value);
  if (scenario.third !== undefined) setSysctl(network.third, 'net.ipv4.ip_local_port_range', scenario.third.range.join(' '));
};

const recordingOf = (stage: Stage): Recording => ({
  snapshots: stage.snapshots,
  actors: new Map([...stage.running].map(([role, { spec, reportFile }]) => [role, readRecord(role, spec.log?.app ?? role, reportFile)])),
  endedAt: Date.now(),
});

/** Plays a scenario to its end. */
const perform = async (scenario: Scenario, specs: readonly ActorSpec[], workFolder: string): Promise<Recording> => {
  const stage: Stage = { running: new Map(), snapshots: [] };
  await withNetwork(scenario.addresses, scenario.third, async (network) => {
    configure(scenario, network);
    await play(stepsOf(scenario, specs, network, workFolder, stage));
  });
  return recordingOf(stage);
};

/** Plays a scenario and writes its recording to `<outFolder>/<name>`, replacing an older one. */
export const recordScenario = async (scenario: Scenario, outFolder: string, workFolder: string): Promise<Truth> => {
  const work = join(workFolder, scenario.name);
  mkdirSync(work, { recursive: true });
  const specs = [...neighboursOf(scenario), ...scenario.actors];
  const recording = await perform(scenario, specs, work);
  for (const [rhythm, factor] of scenario.alsoStretched ? Object.entries(RHYTHMS) : [])
    writeRecording(scenario, specs, stretch(recording, factor), join(outFolder, `${scenario.name}-${rhythm}`));
  return writeRecording(scenario, specs, recording, join(outFolder, scenario.name));
};
