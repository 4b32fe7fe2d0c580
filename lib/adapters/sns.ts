import { createHash } from 'node:crypto';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { LinkTo } from '../access/link.ts';
import type { Announcement } from '../fleet/fleet.ts';
import { renderEmail } from '../report/email.ts';
import { roomBeside } from '../report/fit.ts';
import { renderJsonToFit } from '../report/json.ts';
import { renderSms } from '../report/sms.ts';
import { renderTogether } from '../report/together.ts';
import type { Announcer } from '../use-cases/ports.ts';

const attribute = (value: string): { DataType: 'String'; StringValue: string } => ({ DataType: 'String', StringValue: value });

const attributes = (values: Readonly<Record<string, string>>): Record<string, ReturnType<typeof attribute>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, attribute(value)]));

/** Of many transitions that are told together: the same ones have the same id. */
const idOfAll = (all: readonly Announcement[]): string => {
  const ids = all.map(({ id }) => id).sort();
  return `together/${createHash('sha256').update(JSON.stringify(ids)).digest('hex').slice(0, 16)}`;
};

/**
 * One message to all subscribers of a topic: each protocol gets its own form, and filter policies see the attributes
 * (`severity`, `status`, `cause`, `host`, `transition`, `id`). Of many findings in one message `cause` and `host` are `several`,
 * `transition` is
 * `together` where they are of several kinds, and the JSON lists the transitions' ids.
 *
 * @param links asked for each message, since keys rotate; never rejects: a message without its link is better than none
 */
export const snsAnnouncer = (client: SNSClient, topicArn: string, links: () => Promise<LinkTo>): Announcer => {
  const send = async (
    subject: string,
    forms: { readonly default: string; readonly email: string; readonly sms: string },
    values: Readonly<Record<string, string>>,
  ): Promise<void> => {
    const message = { TopicArn: topicArn, MessageStructure: 'json', Subject: subject, Message: JSON.stringify(forms) };
    await client.send(new PublishCommand({ ...message, MessageAttributes: attributes(values) }));
  };
  return {
    async publish({ id, kind, analysis, news, createdAt }) {
      const context = {
        transition: kind,
        news,
        at: createdAt,
        link: (await links())(analysis.id, createdAt),
      };
      const email = renderEmail(analysis, context);
      const sms = renderSms(analysis, context);
      const { severity, status, cause, host } = analysis;
      await send(
        email.subject,
        { default: renderJsonToFit(analysis, roomBeside(email.text, sms)), email: email.text, sms },
        { severity, status, cause, host, transition: kind, id },
      );
    },

    async publishTogether(all) {
      const kinds = [...new Set(all.map(({ kind }) => kind))];
      const { subject, json, text, sms, severity, status } = renderTogether(all, await links());
      await send(
        subject,
        { default: json, email: text, sms },
        {
          severity,
          status,
          cause: 'several',
          host: 'several',
          transition: kinds.length === 1 ? (kinds[0] ?? '') : 'together',
          id: idOfAll(all),
        },
      );
    },
  };
};
