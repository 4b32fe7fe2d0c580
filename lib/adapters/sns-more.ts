import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { LinkTo } from '../access/link.ts';
import type { Announcement } from '../fleet/fleet.ts';
import { renderChat, renderChatTogether } from '../report/chat.ts';
import { pagesOf } from '../report/pager.ts';
import type { Meter } from '../use-cases/metrics.ts';
import type { Announcer, Journal } from '../use-cases/ports.ts';
import { together } from '../use-cases/together.ts';

/** Topics beside the first, each with a form of its own; `null` where there is none. */
export interface MoreTopics {
  readonly chat: string | null;
  readonly pager: string | null;
}

/**
 * Says it to chat and pager too. The first topic is what must succeed: were the others' failures thrown, everything would be announced
 * again to all, each time. They are logged.
 */
export const alsoTo = (
  first: Announcer,
  client: SNSClient,
  { chat, pager }: MoreTopics,
  links: () => Promise<LinkTo>,
  journal: Journal,
  meter: Meter,
): Announcer => {
  const send = async (topic: string, message: string, subject: string | null): Promise<void> => {
    const request = { TopicArn: topic, Message: message, ...(subject === null ? {} : { Subject: subject }) };
    await client.send(new PublishCommand(request)).catch((error: unknown) => {
      meter.count('SideTopicsFailed', 1);
      journal.warn('not said in chat or to the pager', { topic, error: error instanceof Error ? error.message : String(error) });
    });
  };
  /** Several at once: one after the other, thousands would outlast the sweep, which would say all of it again. Of one analysis, in their order. */
  const page = async (all: readonly Announcement[]): Promise<void> => {
    if (pager === null) return;
    await together([...Map.groupBy(all, ({ analysis }) => analysis.id).values()], async (same) => {
      for (const { subject, message } of same.flatMap(pagesOf)) await send(pager, message, subject);
    });
  };
  return {
    async publish(announcement) {
      await first.publish(announcement);
      if (chat !== null) await send(chat, renderChat(announcement, await links()), null);
      await page([announcement]);
    },
    async publishTogether(all) {
      await first.publishTogether(all);
      const [one] = all;
      if (chat !== null && one !== undefined) await send(chat, renderChatTogether(one.id, all, await links()), null);
      await page(all);
    },
  };
};
