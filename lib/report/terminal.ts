import type { Analysis } from '../model/analysis.ts';
import { bodyOf } from './email.ts';
import { viewOf } from './view.ts';

const COLOURS: Readonly<Record<Analysis['severity'], string>> = { critical: '\u001b[1;31m', warning: '\u001b[1;33m', info: '\u001b[1;36m' };
const BOLD = '\u001b[1m';
const RESET = '\u001b[0m';

/** What `closewatch analyze` prints for one analysis: what the email would say, under a title. */
export const renderTerminal = (analysis: Analysis, options: { readonly colour: boolean }): string => {
  const view = viewOf(analysis, null);
  const { title } = view;
  const body = bodyOf(view, null).map((line) => (options.colour && /^[A-Z][A-Z ]{2,}$/.test(line) ? `${BOLD}${line}${RESET}` : line));
  return [options.colour ? `${COLOURS[analysis.severity]}${title}${RESET}` : title, '='.repeat(Math.min(76, title.length)), ...body].join(
    '\n',
  );
};
