import { ListSubscriptionsByTopicCommand, type SNSClient } from '@aws-sdk/client-sns';

export interface Subscribers {
  /** By protocol: email, sms, https … */
  readonly confirmed: Readonly<Record<string, number>>;
  /** Have not followed the link that SNS sent them. */
  readonly pending: number;
}

/** Who is told. */
export const subscribersOf = async (client: SNSClient, topicArn: string): Promise<Subscribers> => {
  const confirmed: Record<string, number> = {};
  let pending = 0;
  let next: string | undefined;
  do {
    const page = await client.send(
      new ListSubscriptionsByTopicCommand({ TopicArn: topicArn, ...(next === undefined ? {} : { NextToken: next }) }),
    );
    for (const { Protocol = '?', SubscriptionArn } of page.Subscriptions ?? []) {
      if (SubscriptionArn === 'PendingConfirmation') pending += 1;
      else confirmed[Protocol] = (confirmed[Protocol] ?? 0) + 1;
    }
    next = page.NextToken;
  } while (next !== undefined);
  return { confirmed, pending };
};
