import type { Analysis } from '../../lib/model/analysis.ts';
import { analyzePaths } from '../../lib/use-cases/analyze.ts';
import { analyzeMade, BIND_ANY, connections, filesOf, listenOn, type MadeLog, type MadeSnapshot, readerOf } from '../support/made.ts';

/** Hosts whose every name was chosen by somebody hostile, one for each kind of finding. */
export interface Words {
  readonly command: string;
  readonly args: string;
  readonly cgroup: string;
  readonly error: string;
}

interface Host {
  readonly snapshots: readonly MadeSnapshot[];
  readonly logs: readonly MadeLog[];
}

/** `pid_max` itself: read as a PID, but one more than Linux gives out, so that a command that should ever run for true finds nobody. */
const PID = 4_194_304;
const minutes = [1, 2, 3, 4, 5].map((minute) => 60 * minute);
const psRow = (args: string): readonly string[] => [`${PID} 1 root 9000 ${args}`];

/** All ports of the range in CLOSE_WAIT of one program. */
const clientLeak = ({ command, args, cgroup, error }: Words): Host => ({
  snapshots: minutes.map((at) => ({
    at,
    range: [20_000, 20_999],
    sockets: connections(1000, {
      state: 'CLOSE-WAIT',
      peer: '10.0.0.9:80',
      recvQ: 1,
      owner: [command, PID],
      from: 20_000,
      cookie: 1,
      cgroup,
    }),
    ps: psRow(args),
  })),
  logs: [{ app: 'login', at: [120, 180], line: `${error} ${BIND_ANY}` }],
});

/** Another program listens on the port. */
const conflict = ({ command, args, cgroup, error }: Words): Host => ({
  snapshots: minutes.map((at) => ({
    at,
    range: [20_000, 20_999],
    sockets: [{ state: 'LISTEN', local: '0.0.0.0:8080', peer: '0.0.0.0:*', owner: [command, PID], cookie: 1, cgroup }],
    ps: psRow(args),
  })),
  logs: [{ app: 'shop', at: [120, 180], line: `${error} ${listenOn(8080)}` }],
});

/** Accepted connections that are not closed, on a port of its own. */
const serverLeak = ({ command, args, cgroup, error }: Words): Host => ({
  snapshots: minutes.map((at) => ({
    at,
    range: [20_000, 20_999],
    sockets: [
      { state: 'LISTEN', local: '0.0.0.0:8080', peer: '0.0.0.0:*', owner: [command, PID], cookie: 1, cgroup },
      ...Array.from({ length: 900 }, (_, i) => ({
        state: 'CLOSE-WAIT',
        local: '10.0.0.1:8080',
        peer: `10.0.0.7:${30_000 + i}`,
        recvQ: 1,
        owner: [command, PID] as const,
        cookie: 2 + i,
        cgroup,
      })),
    ],
    ps: psRow(args),
    fds: [`${PID} 1000 1024 4096`],
  })),
  logs: [{ app: 'shop', at: [120, 180], line: `${error} accept: Too many open files` }],
});

const HOSTS = { clientLeak, conflict, serverLeak };

/** What is said of all of them. */
export const analysesOf = async (words: Words): Promise<readonly Analysis[]> => {
  const all: Analysis[] = [];
  for (const make of Object.values(HOSTS)) {
    const { snapshots, logs } = make(words);
    all.push(...(await analyzeMade(snapshots, logs)));
  }
  return all;
};

/** With what is drawn on the page, of one of them. */
export const shownOf = async (words: Words) => {
  const { snapshots, logs } = clientLeak(words);
  const { analyses, timelines } = await analyzePaths(['made'], readerOf(filesOf('web-1', snapshots, logs)), { withTimelines: true });
  return analyses.map((analysis) => ({ analysis, timeline: timelines.get(analysis.host) ?? null }));
};

/** The snapshots of such a leak, with lines in them that no section knows. */
export const clientLeakFiles = ({
  command,
  args,
  unparsed,
}: {
  readonly command: string;
  readonly args: string;
  readonly unparsed: readonly string[];
}): ReadonlyMap<string, string> => {
  const { snapshots, logs } = clientLeak({ command, args, cgroup: '/x', error: '' });
  return new Map([...filesOf('web-1', snapshots, logs)].map(([key, text]) => [key, `${text}\n==> sysctl <==\n${unparsed.join('\n')}`]));
};
