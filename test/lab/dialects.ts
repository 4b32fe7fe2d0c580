/** The commands that people's cron lines run. */
export const DIALECTS = {
  'ss -tanp': { owners: true, program: 'comm' },
  'ss -tanpo': { owners: true, program: 'comm' },
  'ss -tanpoe': { owners: true, program: 'comm' },
  'ss -tanpoei': { owners: true, program: 'comm' },
  'ss -tanpoeiO': { owners: true, program: 'comm' },
  'ss -Htanp': { owners: true, program: 'comm' },
  'ss -tuanp': { owners: true, program: 'comm' },
  'ss -anp': { owners: true, program: 'comm' },
  'ss -tanei': { owners: false, program: 'comm' },
  'ss -tanpe': { owners: true, program: 'comm' },
  /** Run by an ordinary user: `users:` is silently absent. */
  'ss -tanpe as nobody': { owners: false, program: 'comm' },
  'netstat -natp': { owners: true, program: 'argv0' },
  'netstat -natpeeo': { owners: true, program: 'argv0' },
  'netstat -tunap': { owners: true, program: 'argv0' },
  'netstat -anp': { owners: true, program: 'argv0' },
  'netstat -nat': { owners: false, program: 'argv0' },
  /** As Alpine has it. */
  'busybox netstat -nat': { owners: false, program: 'argv0' },
  /** No tool at all: the kernel's own tables, which have inodes and no PIDs. */
  'tail /proc/net/tcp': { owners: false, program: 'comm' },
} as const;

export type Dialect = keyof typeof DIALECTS;

const NOBODY = 65534;

interface Command {
  readonly argv: readonly string[];
  /** What a section made from it is called; `null` where its output has section headers of its own. */
  readonly title: string | null;
}

export const commandOf = (dialect: Dialect): Command => {
  if (dialect === 'tail /proc/net/tcp') return { argv: ['tail', '-vn', '+1', '/proc/net/tcp', '/proc/net/tcp6'], title: null };
  if (dialect === 'busybox netstat -nat') return { argv: dialect.split(' '), title: 'netstat -nat' };
  const asNobody = dialect.endsWith(' as nobody');
  const title = asNobody ? dialect.slice(0, -' as nobody'.length) : dialect;
  const words = title.split(' ');
  if (!asNobody) return { argv: words, title };
  return { argv: ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...words], title };
};
