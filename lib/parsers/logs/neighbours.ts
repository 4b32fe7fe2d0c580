import { portIn } from './ports.ts';

/** A record that says which port a server is about to take. */
interface Announcement {
  readonly record: number;
  readonly port: number;
  readonly stream: string;
}

/** So many records back, an announcement still belongs to the failure. */
const MAX_DISTANCE = 20;

/** What does not itself say that a server's bind failed is taken for one only right behind an announcement. */
const MAX_DISTANCE_UNKNOWN = 3;

/** Announcements are at the beginning of a line. */
const MAX_LOOK = 400;

/** About to listen. "Listening on" and "started" are left out: that port was taken with success, it is not the one that failed. */
const INTENT =
  /\b(?:[Bb]inding|[Ss]tarting|[Ii]nitiali[sz]ing|[Oo]pening|[Tt]rying|[Aa]ttempting|[Ll]aunching|[Cc]reating|[Cc]onfiguring)\b|initialized with port|will listen/;
const OF_A_SERVER = /[Ss]erver|[Ll]isten|[Bb]ind|[Hh]andler|[Cc]onnector|[Ee]ndpoint|[Pp]ort|[Aa]cceptor|[Ss]ocket|http|tcp/;

/** `Is another postmaster already running on port 5432?` · `Do you already have another mysqld server running on port: 3306 ?` */
const ANOTHER = /\b(?:another|already)\b[^\n]{0,80}?\bport:? (\d{1,5})\b/;

/** The port that a record right behind a server's failure names; `null` where it speaks of something else. */
export const portBehind = (line: string): number | null => {
  const port = Number(ANOTHER.exec(line.slice(0, MAX_LOOK))?.[1]);
  return port > 0 && port <= 65_535 ? port : null;
};

/** Remembers which ports were announced lately, for failures that name none (Java's exceptions never do). */
export class Neighbours {
  readonly #announced: Announcement[] = [];

  look(line: string, record: number, stream: string): void {
    const head = line.length > MAX_LOOK ? line.slice(0, MAX_LOOK) : line;
    if (!INTENT.test(head) || !OF_A_SERVER.test(head)) return;
    const port = portIn(head);
    if (port === null) return;
    this.#announced.push({ record, port, stream });
    if (this.#announced.length > MAX_DISTANCE) this.#announced.shift();
  }

  /** The port announced last in the same stream before a record; `null` where none was. */
  portBefore(record: number, stream: string, isKnownToListen: boolean): number | null {
    const reach = isKnownToListen ? MAX_DISTANCE : MAX_DISTANCE_UNKNOWN;
    return this.#announced.findLast((other) => other.stream === stream && record - other.record <= reach)?.port ?? null;
  }
}
