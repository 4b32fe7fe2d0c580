import { quotable } from './account.ts';

/**
 * Listings in other languages. Their states are translated too, in part or in whole (German net-tools prints VERBUNDEN beside
 * CLOSE_WAIT), so reading what looks English would count half a listing. They are refused, by name.
 *
 * net-tools' titles and states are those of its catalogues (po/*.po: cs, de, et, fr, ja, pt_BR; older ones for the rest); Windows' are
 * those of netstat.exe.mui.
 */
type System = 'unix' | 'windows';

interface Language {
  readonly name: string;
  readonly unix: readonly string[];
  readonly windows: readonly string[];
  readonly states: readonly string[];
}

const language = (name: string, unix: readonly string[], windows: readonly string[], states: readonly string[] = []): Language => ({
  name,
  unix,
  windows,
  states,
});

const LANGUAGES: readonly Language[] = [
  language(
    'German',
    ['Aktive Internetverbindungen'],
    ['Aktive Verbindungen'],
    [
      'VERBUNDEN',
      'ABHÖREN',
      'HERGESTELLT',
      'WARTEND',
      'SCHLIESSEN_WARTEN',
      'SYN_GESENDET',
      'SYN_EMPFANGEN',
      'FIN_WARTEN_1',
      'FIN_WARTEN_2',
      'LETZTE_BESTÄTIGUNG',
      'SCHLIESSEND',
    ],
  ),
  language('French', ['Connexions Internet actives'], ['Connexions actives'], ['ÉTABLIE', 'ETABLIE', 'ÉCOUTE']),
  language('Spanish', ['Conexiones activas de Internet'], ['Conexiones activas'], ['ESTABLECIDO', 'ESCUCHAR', 'ESPERANDO_CERRAR']),
  language(
    'Portuguese',
    ['Conexões Internet Ativas'],
    ['Conexões ativas', 'Ligações ativas', 'Ligações activas'],
    [
      'ESTABELECIDA',
      'OUÇA',
      'ESPERANDO_FECHAR',
      'FECHAR',
      'FECHANDO',
      'ESPERA_FIN1',
      'ESPERA_FIN2',
      'ÚLTIMO_ACK',
      'SYN_ENVIADO',
      'SYN_RECEBIDO',
    ],
  ),
  language('Italian', ['Connessioni Internet attive'], ['Connessioni attive']),
  language('Polish', ['Aktywne połączenia internetowe'], ['Aktywne połączenia'], ['NASŁUCHIWANIE', 'USTANOWIONO']),
  language('Russian', ['Активные соединения'], ['Активные подключения']),
  language('Japanese', ['稼働中のインターネット'], ['アクティブな接続']),
  language('Chinese', ['激活Internet连接', '活动的Internet连接', '使用中的網際網路連線'], ['活动连接', '使用中連線']),
  language('Korean', [], ['활성 연결']),
  language(
    'Czech',
    ['Aktivní Internetová spojení', 'Aktivní spojení'],
    ['Aktivní připojení'],
    ['SPOJENO', 'ZAVŘEN', 'ZAVÍRÁ', 'NASLOUCHÁ', 'POSLEDNÍ'],
  ),
  language('Estonian', ['Aktiivsed internetiühendused'], []),
  language('Swedish', ['Aktiva Internetförbindelser'], ['Aktiva anslutningar']),
  language('Dutch', ['Actieve Internetverbindingen'], ['Actieve verbindingen']),
  language('Turkish', [], ['Etkin Bağlantılar']),
  language('Hungarian', [], ['Aktív kapcsolatok']),
];

/** In a code page of its own (850, 1252) a letter beyond ASCII arrives as U+FFFD or as another one, so only the ASCII ones are compared. */
const asciiPattern = (title: string): RegExp =>
  new RegExp(`^${[...title].map((char) => (char.charCodeAt(0) < 128 ? char.replace(/[^A-Za-z0-9_ ]/, '.') : '.{1,2}')).join('')}`);

interface Title {
  readonly title: string;
  readonly language: string;
  readonly system: System;
  readonly pattern: RegExp | null;
}

/** A title of few ASCII letters would match by its wildcards. */
const MIN_ASCII = 8;

const toTitle = (title: string, name: string, system: System): Title => {
  const ascii = [...title].filter((char) => char.charCodeAt(0) < 128).length;
  return { title, language: name, system, pattern: ascii >= MIN_ASCII ? asciiPattern(title) : null };
};

/** Longest first: one title may begin another. */
const TITLES: readonly Title[] = LANGUAGES.flatMap(({ name, unix, windows }) => [
  ...unix.map((title) => toTitle(title, name, 'unix')),
  ...windows.map((title) => toTitle(title, name, 'windows')),
]).sort((a, b) => b.title.length - a.title.length);

export interface ForeignTitle {
  readonly language: string;
  readonly system: System;
  /** The line that says it. */
  readonly text: string;
}

/** net-tools puts what it lists in brackets behind the title; Windows prints the title alone. Prose that begins like one is none. */
const isWhole = (line: string, title: string, system: System): boolean =>
  system === 'unix' ? line.includes('(') : line.length <= 2 * title.length && !line.includes(':');

/** The title of a listing in another language, or `null`. */
export const foreignTitle = (text: string): ForeignTitle | null => {
  const line = text.trim();
  const found = TITLES.find(
    ({ title, pattern, system }) => (line.startsWith(title) || pattern?.test(line) === true) && isWhole(line, title, system),
  );
  return found === undefined ? null : { language: found.language, system: found.system, text: line };
};

const STATE_LANGUAGES: readonly { readonly language: string; readonly word: string; readonly pattern: RegExp }[] = LANGUAGES.flatMap(
  ({ name, states }) => states.map((word) => ({ language: name, word, pattern: new RegExp(`${asciiPattern(word).source}$`) })),
);

const languageOfState = (word: string): string | null =>
  STATE_LANGUAGES.find((known) => known.word === word || (known.word.length >= MIN_ASCII - 1 && known.pattern.test(word)))?.language ??
  null;

/** States are English in it, whatever the display language: they are names of an enumeration. */
const POWERSHELL_COMMAND =
  'Get-NetTCPConnection | Select-Object LocalAddress,LocalPort,RemoteAddress,RemotePort,State,OwningProcess | ConvertTo-Csv -NoTypeInformation';

const ADVICE: Readonly<Record<System, string>> = {
  unix: 'Run the command with LC_ALL=C.',
  windows: `Windows prints netstat in its display language, whatever LC_ALL=C says: upload the output of this PowerShell command instead, whose states are English in every language: \`${POWERSHELL_COMMAND}\`.`,
};

const QUOTE_CHARS = 60;

export const foreignTitleProblem = ({ language: name, system, text }: ForeignTitle): string =>
  `The listing is in another language than English (${name}: "${quotable(text, QUOTE_CHARS)}"), so its states are not understood. ${ADVICE[system]}`;

/** Why a listing is refused whose row has a word that is no state. */
export const unknownStateProblem = (word: string, system: System): string => {
  const name = languageOfState(word);
  const quote = `"${quotable(word, QUOTE_CHARS)}"`;
  return name === null
    ? `The state ${quote} is not understood: the listing is in another language than English, or damaged. ${ADVICE[system]}`
    : `The listing is in another language than English (${name}: the state ${quote}), so its states are not understood. ${ADVICE[system]}`;
};
