/** An uploaded object, unpacked, as bytes read as latin1: nothing is lost on the way. */
export interface Upload {
  /** `hosts/web-1/snapshots/20261123T104125Z.txt` */
  readonly key: string;
  readonly text: string;
  readonly modifiedAt: string;
}

/** The same evidence, poorer or messier. `victimApp`: whose log stays where only the victim's does. */
export type Ablation = (uploads: readonly Upload[], victimApp: string | null) => readonly Upload[];

const isSnapshot = ({ key }: Upload): boolean => key.split('/')[2] === 'snapshots';
const hostOf = ({ key }: Upload): string => key.split('/')[1] ?? '';

const inSnapshots =
  (change: (text: string) => string): Ablation =>
  (uploads) =>
    uploads.map((upload) => (isSnapshot(upload) ? { ...upload, text: change(upload.text) } : upload));

const SECTION = /^(?===> )/m;
const NAME = /^==> (.*) <==/;
const nameOf = (section: string): string => NAME.exec(section)?.[1] ?? '';

const withoutSections = (isDropped: (name: string) => boolean): Ablation =>
  inSnapshots((text) =>
    text
      .split(SECTION)
      .filter((section) => !isDropped(nameOf(section)))
      .join(''),
  );

/** Each snapshot an object of its own, so that thinning them out means what it says where several share one. */
const unbundled = (upload: Upload): readonly Upload[] => {
  const parts = upload.text.split(/^(?===> meta <==)/m);
  return parts.length === 1 ? [upload] : parts.map((text, i) => ({ ...upload, text, key: upload.key.replace(/([^/]*)$/, `part${i}-$1`) }));
};

/** Keeps some of each host's snapshots, by their number and how many there are. */
const thinned =
  (isKept: (index: number, count: number) => boolean): Ablation =>
  (uploads) => {
    const snapshots = uploads.filter(isSnapshot).flatMap(unbundled);
    const hosts = [...new Set(snapshots.map(hostOf))];
    const kept = hosts.flatMap((host) =>
      snapshots.filter((upload) => hostOf(upload) === host).filter((_, i, { length }) => isKept(i, length)),
    );
    return [...uploads.filter((upload) => !isSnapshot(upload)), ...kept];
  };

const USERS = / users:\(\(.*?\)\)/g;
/** netstat's `812/nginx: worker pro`, and the timer that may follow it. */
const PROGRAM = /^((?:tcp|udp)6? .*?) +\d+\/.*?( +(?:off|on|keepalive|timewait|probe|unkn-\d+) \(.*)?$/gm;
const withoutPids = inSnapshots((text) => text.replaceAll(USERS, '').replaceAll(PROGRAM, '$1 -$2'));

/** Without `-a`, neither tool lists who listens, and `ss` leaves out TIME_WAIT as well. */
const LISTENING = /^(?:tcp\S*\s.*\sLISTEN\b.*|(?:tcp +)?(?:LISTEN|TIME-WAIT|UNCONN)\b.*)\n/gm;
const withoutAll = inSnapshots((text) => text.replaceAll(LISTENING, '').replaceAll(/^==> ((?:ss|netstat) -[b-zA-Z]*)a/gm, '==> $1'));

const EXTRAS = / (?:ino|sk|cgroup|lastack):\S+/g;

const TAKEN_AT = /^taken_at: (.*)$/gm;
const KEY_TIME = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/;
const compact = (at: Date): string => `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

/** Snapshots by a clock that is so many seconds off; logs by the right one. */
const shifted =
  (seconds: number): Ablation =>
  (uploads) =>
    uploads.map((upload) => {
      if (!isSnapshot(upload)) return upload;
      const moved = (iso: string): Date => new Date(Date.parse(iso) + seconds * 1000);
      return {
        ...upload,
        key: upload.key.replace(KEY_TIME, (_, y, mo, d, h, mi, s) => compact(moved(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`))),
        text: upload.text.replaceAll(TAKEN_AT, (_, at: string) => `taken_at: ${moved(at).toISOString().slice(0, 19)}Z`),
      };
    });

const appOf = ({ key }: Upload): string | null => (key.split('/')[2] === 'logs' ? (key.split('/')[3] ?? null) : null);

export const ABLATIONS: Readonly<Record<string, Ablation>> = {
  'uploaded twice': (uploads) => uploads.flatMap((upload) => [upload, { ...upload, key: upload.key.replace(/(\.[a-z]+)?$/, '-again$1') }]),
  'half the snapshots': thinned((i) => i % 2 === 0),
  'the other half': thinned((i, count) => i % 2 === 1 || count === 1),
  'a third of the snapshots': thinned((i) => i % 3 === 0),
  'only the last snapshot': thinned((i, count) => i === count - 1),
  'only the first snapshot': thinned((i) => i === 0),
  'no sysctl': withoutSections((name) => name.startsWith('sysctl') || name.startsWith('/proc/sys')),
  'no PIDs': withoutPids,
  'no PIDs, no ps, no fds': (uploads, app) =>
    withoutSections((name) => name.startsWith('ps') || name.startsWith('fds'))(withoutPids(uploads, app), app),
  'no -a': withoutAll,
  'cut in half': inSnapshots((text) => text.slice(0, text.length / 2)),
  'no fds': withoutSections((name) => name.startsWith('fds')),
  'no ps': withoutSections((name) => name.startsWith('ps')),
  'no -e, no -i': inSnapshots((text) => text.replaceAll(EXTRAS, '')),
  'no logs': (uploads) => uploads.filter(isSnapshot),
  "only the victim's log": (uploads, victimApp) => uploads.filter((upload) => isSnapshot(upload) || appOf(upload) === victimApp),
  'clock 45 s fast': shifted(45),
  'clock 45 s slow': shifted(-45),
};
