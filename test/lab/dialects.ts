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
  /** Run by an ordinary user: `users:` is silently absent. */
  'ss -tanpe as nobody': { owners: false, program: 'comm' },
  'netstat -natp': { owners: true, program: 'argv0' },
  'netstat -natpeeo': { owners: true, program: 'argv0' },
  'netstat -tunap': { owners: true, program: 'argv0' },
  'netstat -anp': { owners: true, program: 'argv0' },
  'netstat -nat': { owners: false, program: 'argv0' },
} as const;

export type Dialect = keyof typeof DIALECTS;

const NOBODY = 65534;

/** The command line of a dialect, and what a section made from it is called. */
export const commandOf = (dialect: Dialect): { readonly argv: readonly string[]; readonly title: string } => {
  const asNobody = dialect.endsWith(' as nobody');
  const title = asNobody ? dialect.slice(0, -' as nobody'.length) : dialect;
  const words = title.split(' ');
  if (!asNobody) return { argv: words, title };
  return { argv: ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...words], title };
};
