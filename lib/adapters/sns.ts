import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { OutboxEntry } from '../cases/board.ts';
import { renderEmail } from '../report/email.ts';
import { renderJson } from '../report/json.ts';
import { renderSms } from '../report/sms.ts';
import type { Announcer } from '../use-cases/ports.ts';

const attribute = (value: string): { DataType: 'String'; StringValue: string } => ({ DataType: 'String', StringValue: value });

/**
 * One message to all subscribers of a topic: each protocol gets its own form, and filter policies see the attributes
 * (`severity`, `status`, `cause`, `host`, `transition`, `id`).
 *
 * @param linkBase what precedes an analysis' id in its address; `null` where there is no page to link to
 */
export const snsAnnouncer = (client: SNSClient, topicArn: string, linkBase: string | null): Announcer => ({
  async publish(entry: OutboxEntry): Promise<void> {
    const { analysis } = entry;
    const context = {
      transition: entry.kind,
      at: entry.createdAt,
      link: linkBase === null ? null : `${linkBase}${encodeURIComponent(analysis.id)}`,
    };
    const email = renderEmail(analysis, context);
    await client.send(
      new PublishCommand({
        TopicArn: topicArn,
        MessageStructure: 'json',
        Subject: email.subject,
        Message: JSON.stringify({ default: renderJson(analysis), email: email.text, sms: renderSms(analysis, context) }),
        MessageAttributes: {
          severity: attribute(analysis.severity),
          status: attribute(analysis.status),
          cause: attribute(analysis.cause),
          host: attribute(analysis.host),
          transition: attribute(entry.kind),
          id: attribute(entry.id),
        },
      }),
    );
  },
});
