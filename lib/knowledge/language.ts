import type { Language } from './schema.ts';

/** What a program is written in, as far as its name, its command line and its own log tell. */

/** Names that a program bears when it is run by an interpreter or by its language's own server. */
const PROGRAMS: ReadonlyMap<string, Language> = new Map([
  ['python', 'python'],
  ['pypy', 'python'],
  ['gunicorn', 'python'],
  ['uvicorn', 'python'],
  ['celery', 'python'],
  ['java', 'java'],
  ['jsvc', 'java'],
  ['node', 'node'],
  ['nodejs', 'node'],
  ['ruby', 'ruby'],
  ['puma', 'ruby'],
  ['unicorn', 'ruby'],
  ['sidekiq', 'ruby'],
  ['php', 'php'],
  ['php-fpm', 'php'],
  ['php-cgi', 'php'],
  ['dotnet', 'dotnet'],
  ['nginx', 'proxy'],
  ['openresty', 'proxy'],
  ['haproxy', 'proxy'],
  ['envoy', 'proxy'],
]);

type Tells = readonly (readonly [text: string, language: Language])[];

/** What only one runtime prints, in a frame. */
const IN_FRAMES: Tells = [
  ['File "', 'python'],
  ['.java:', 'java'],
  ['.kt:', 'java'],
  ['.scala:', 'java'],
  ['node:', 'node'],
  ['.rb:', 'ruby'],
  ['.go:', 'go'],
  ['.php(', 'php'],
  ['.cs:line ', 'dotnet'],
];

/** And in a failing line. */
const IN_ERRORS: Tells = [
  ['[Errno ', 'python'],
  ['java.net.', 'java'],
  ['java.io.', 'java'],
  ['Errno::', 'ruby'],
  ['dial tcp ', 'go'],
  ['System.Net.', 'dotnet'],
];

const MAX_NAME = 64;

/** `/usr/sbin/php-fpm8.2` → `php-fpm`, `nginx: worker process` → `nginx`, `python3.11` → `python` */
export const programName = (text: string): string => {
  const [title = ''] = text.trim().slice(0, 4096).split(':');
  const path = title.split(' ', 1)[0] ?? '';
  const name = path.slice(path.lastIndexOf('/') + 1).slice(0, MAX_NAME);
  let end = name.length;
  while (end > 0 && '0123456789.'.includes(name[end - 1] ?? '')) end -= 1;
  return end === 0 ? name : name.slice(0, end);
};

/** The program that is run: comm can be anything a process calls itself, argv[0] of an interpreter cannot. */
export const languageOfProgram = (command: string | null, args: string | null): Language | null => {
  const run = args === null ? undefined : PROGRAMS.get(programName(args));
  return run ?? (command === null ? undefined : PROGRAMS.get(programName(command))) ?? null;
};

const told = (texts: readonly string[], tells: Tells): Language | null =>
  tells.find(([part]) => texts.some((text) => text.includes(part)))?.[1] ?? null;

export const languageOfLog = (frames: readonly string[], errors: readonly string[]): Language | null =>
  told(frames, IN_FRAMES) ?? told(errors, IN_ERRORS);

/** Names under which an entry may know it: comm, argv[0], and the script that an interpreter runs. */
export const programNames = (command: string | null, args: string | null): readonly string[] => {
  const [run = '', script = ''] = args === null ? [] : args.trim().slice(0, 4096).split(' ');
  const names = [command ?? '', run, PROGRAMS.has(programName(run)) ? script : ''].map(programName);
  return [...new Set(names.filter((name) => name !== ''))];
};
