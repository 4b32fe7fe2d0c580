import type { Link } from '../access/link.ts';
import type { Announcement } from '../fleet/fleet.ts';
import type { Analysis } from '../model/analysis.ts';
import { fitLines } from './fit.ts';
import { type View, viewOf } from './view.ts';
import { wrap } from './wrap.ts';

export interface MessageContext {
  readonly transition: Announcement['kind'];
  /** Hosts of a fleet that nobody was told of before. */
  readonly news?: readonly string[] | undefined;
  /** When it is said, by the wall clock. */
  readonly at: string;
  /** Where to see it; `null` where there is no page. */
  readonly link: Link | null;
}

/** SNS refuses a subject with control characters, or of 100 characters and more. */
const MAX_SUBJECT = 99;
const NAME_WIDTH = 12;

const ascii = (text: string): string => text.normalize('NFKD').replaceAll(/[^\x20-\x7e]/g, '');

const subjectOf = (view: View): string => ascii(view.title).slice(0, MAX_SUBJECT);

const named = (name: string, value: string): string => wrap(value, `  ${`${name}:`.padEnd(NAME_WIDTH)} `);

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', title.toUpperCase(), ...lines];

/** An open case begins with what fails, one that is over with that it is over. */
const headOf = (view: View): readonly string[] =>
  view.analysis.status === 'resolved'
    ? [view.now, view.what, view.who]
    : [view.what, view.who, ...(view.before.length === 0 ? [] : [view.before.join(' ')]), `Do now: ${view.now}`];

/** The body of an email, or what a terminal shows: the first three paragraphs are enough for somebody woken at night. */
export const bodyOf = (view: View, link: Link | null): readonly string[] => [
  ...headOf(view).map((paragraph) => wrap(paragraph)),
  ...(link === null ? [] : ['', `See it, without a login until ${link.until.slice(0, 10)}:`, link.url]),
  ...section(
    'At a glance',
    view.facts.map(([name, value]) => named(name, value)),
  ),
  ...section('Hosts', view.hosts),
  ...(view.analysis.cause === 'inconclusive' ? [] : section('Why', [wrap(view.why, '  ')])),
  ...section(
    'Evidence',
    view.evidence.flatMap(({ text, where }) => [wrap(text, '  - ', '    '), `    ${where}`]),
  ),
  ...section(
    'What to do',
    view.remedy.map(([name, value]) => named(name, value)),
  ),
  ...section(
    'Set aside',
    view.setAside.map(([cause, because]) => wrap(`${cause}: ${because}`, '  - ', '    ')),
  ),
  ...section(
    'Mind',
    view.caveats.map((caveat) => wrap(caveat, '  - ', '    ')),
  ),
  '',
  `Analysis ${view.analysis.id}`,
];

/** Subject (ASCII, under 100 characters) and text of the message that email subscribers get. */
export const renderEmail = (analysis: Analysis, context: MessageContext): { readonly subject: string; readonly text: string } => {
  const view = viewOf(analysis, context.transition, context);
  return { subject: subjectOf(view), text: fitLines(`${bodyOf(view, context.link).join('\n')}\n`) };
};
