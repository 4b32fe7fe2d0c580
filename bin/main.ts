import { readFile } from 'node:fs/promises';

/** A sub-command: returns the exit code. */
type Command = (argv: readonly string[]) => Promise<number>;

const HELP = `closewatch – finds who holds the ports when a host says "Address already in use"

Usage: closewatch COMMAND [OPTION…]

Commands:
  analyze PATH…   diagnose snapshots and logs at once, without any stack
  watch           the same, live on this host: who holds what, and until when
  query           past analyses, hosts, refused uploads
  open            look at the pages in a browser
  ack ID          say that somebody is on it
  silence         announce nothing of a host, program or cause for a time
  start           run the whole service in one process, on this machine
  host            enrol hosts that upload without AWS credentials
  doctor          try a stack from end to end, by a drill
  replay          restore the table from the raw uploads
  help            show this

closewatch COMMAND --help tells more of each. Exit codes: 0 nothing reaches a
warning, 1 something does, 2 the command could not run.
`;

const USAGE_ERROR = 2;

/** Commands are loaded when they are asked for: \`analyze\` must not wait for the emulators. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  analyze: async () => (await import('./commands/analyze.ts')).analyze,
  watch: async () => (await import('./commands/watch.ts')).watch,
  host: async () => (await import('./commands/host.ts')).host,
  query: async () => (await import('./commands/query.ts')).query,
  open: async () => (await import('./commands/open.ts')).open,
  ack: async () => (await import('./commands/ack.ts')).ack,
  silence: async () => (await import('./commands/silence.ts')).silence,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  replay: async () => (await import('./commands/replay.ts')).replay,
  start: async () => (await import('./commands/start.ts')).start,
};

const version = async (): Promise<string> => {
  const text: unknown = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof text === 'object' && text !== null && 'version' in text ? String(text.version) : 'unknown';
};

/** `closewatch analyze … | head` closes our output early: that is no error. */
const endQuietlyOnClosedPipe = (): void => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
};

export const main = async (argv: readonly string[]): Promise<number> => {
  endQuietlyOnClosedPipe();
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(HELP);
    return name === undefined ? USAGE_ERROR : 0;
  }
  if (name === '--version' || name === '-V') {
    process.stdout.write(`${await version()}\n`);
    return 0;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) {
    process.stderr.write(`closewatch: there is no command "${name}". closewatch help lists them.\n`);
    return USAGE_ERROR;
  }
  return (await load())(rest);
};
