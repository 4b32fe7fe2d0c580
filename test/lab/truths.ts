import type { TrueCulprit, TrueVictim } from './model.ts';
import { type ActorRecord, commonestFailure } from './reports.ts';

/** A victim as it counted its own failures. @throws Error where it had none: then the scenario did not happen. */
export const victim = (actor: ActorRecord): TrueVictim => {
  const failure = commonestFailure(actor);
  if (failure === null) throw new Error(`${actor.role} never failed`);
  return { pid: actor.pid, comm: actor.comm, app: actor.app, ...failure };
};

/** Named by `ss`: the program is comm. */
export const namedByComm = (actor: ActorRecord, more: Pick<TrueCulprit, 'peer' | 'localPort'>): TrueCulprit => ({
  pid: actor.pid,
  comm: actor.comm,
  command: actor.comm,
  ...more,
});

/** The listing names it otherwise (netstat: argv[0]) or so oddly that only the PID is to be compared. */
export const namedByPid = (actor: ActorRecord, more: Pick<TrueCulprit, 'peer' | 'localPort'>): TrueCulprit => ({
  pid: actor.pid,
  comm: actor.comm,
  ...more,
});

/** The snapshots bear no PIDs: nobody can know it. */
export const unnamed = (more: Pick<TrueCulprit, 'peer' | 'localPort'>): TrueCulprit => ({ pid: null, ...more });
