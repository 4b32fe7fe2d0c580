import type { LinkTo } from '../access/link.ts';
import type { Announcement } from '../fleet/fleet.ts';
import { renderTogether } from './together.ts';
import { viewOf } from './view.ts';

/**
 * Amazon Q Developer's (formerly AWS Chatbot's) custom notification for Slack and Teams: `version` 1.0, `source` custom, `content`,
 * `metadata.threadId` (its administrator guide, "Custom notifications"). Anything else on its topic is dropped without a word.
 */

/** Below what its schema takes: a longer one would be dropped whole. */
const MAX_TITLE = 240;
const MAX_DESCRIPTION = 4000;
const MAX_STEP = 340;

/** Slack's markup begins with `<`: `<!channel>` in a process's name must wake nobody. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

const field = (text: string, most: number): string => cut(escaped(text), most);

const message = (id: string, content: object, metadata: object): string =>
  JSON.stringify({ version: '1.0', source: 'custom', id: cut(id, 250), content: { textType: 'client-markdown', ...content }, metadata });

/** One transition; all of one analysis are one thread. */
export const renderChat = ({ id, kind, analysis, news, createdAt }: Announcement, linkTo: LinkTo): string => {
  const view = viewOf(analysis, kind, { at: createdAt, news });
  const found = linkTo(analysis.id, createdAt);
  const link = found === null ? [] : [found.url];
  const isOver = analysis.status === 'resolved';
  const { severity, status, cause, host } = analysis;
  return message(
    id,
    {
      title: field(view.title, MAX_TITLE),
      description: field((isOver ? [view.now, view.what, view.who] : [view.what, view.who, ...view.before]).join('\n\n'), MAX_DESCRIPTION),
      ...(isOver && link.length === 0 ? {} : { nextSteps: [...(isOver ? [] : [field(view.now, MAX_STEP)]), ...link] }),
      keywords: [severity, cause],
    },
    {
      threadId: analysis.id,
      summary: field(view.title, MAX_TITLE),
      eventType: kind,
      additionalContext: { severity, status, cause, host, id: analysis.id },
    },
  );
};

/** Many at once: one message that names each. */
export const renderChatTogether = (id: string, all: readonly Announcement[], linkTo: LinkTo): string => {
  const { subject, text } = renderTogether(all, linkTo);
  return message(
    id,
    { title: field(subject, MAX_TITLE), description: field(text, MAX_DESCRIPTION) },
    { summary: field(subject, MAX_TITLE), eventType: 'together' },
  );
};
