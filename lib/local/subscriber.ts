import type { Message } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';

/** What an email or SMS subscriber would be sent. */
export interface Delivery {
  readonly subject: string;
  readonly text: string;
}

const envelope = z.object({ Subject: z.optional(z.string()), Message: z.string() });
const forms = z.object({ default: z.string(), email: z.optional(z.string()), sms: z.optional(z.string()) });

/**
 * Reads one message of a queue that is subscribed to the topic. SNS gives a subscriber the form of its own protocol; the emulator knows
 * only SQS subscribers and hands them the whole message of all forms, real SNS its `default` form.
 */
export const deliveryIn = (message: Message, protocol: 'email' | 'sms'): Delivery | null => {
  const outer = envelope.safeParse(JSON.parse(message.Body ?? '{}'));
  if (!outer.success) return null;
  const inner = forms.safeParse(JSON.parse(outer.data.Message));
  if (!inner.success) return { subject: outer.data.Subject ?? '', text: outer.data.Message };
  return { subject: outer.data.Subject ?? '', text: inner.data[protocol] ?? inner.data.default };
};
