import { DeleteMessageCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** What Lambda's event source mapping does: hands batches to a function and deletes what it has done. */
export interface Worker {
  stop(): Promise<void>;
}

const LONG_POLL_SECONDS = 10;
const BATCH = 10;
const PAUSE_MS = 200;

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/**
 * Polls a queue until stopped.
 *
 * @param handle resolves with the ids of the messages that are done; the others come again after their visibility timeout
 */
export const startWorker = (
  client: SQSClient,
  queueUrl: string,
  handle: (messages: readonly Message[]) => Promise<ReadonlySet<string>>,
): Worker => {
  const stopping = new AbortController();
  const round = async (): Promise<void> => {
    const answer = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: BATCH,
        WaitTimeSeconds: LONG_POLL_SECONDS,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      }),
      {
        abortSignal: stopping.signal,
      },
    );
    const messages = answer.Messages ?? [];
    if (messages.length === 0) return;
    const done = await handle(messages);
    for (const message of messages) {
      if (done.has(message.MessageId ?? ''))
        await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }));
    }
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await round();
      } catch (error) {
        if (stopping.signal.aborted) return;
        process.stderr.write(
          `closewatch: the queue could not be read, trying again (${error instanceof Error ? error.message : String(error)})\n`,
        );
        await pause(PAUSE_MS);
      }
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};
