import {
  type BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { messageOf } from '../../../lib/errors.ts';
import type { QueuedMessage } from './batch-gatherer.ts';

/** Batch requests take at most ten entries (Amazon SQS API reference). */
const ENTRY_LIMIT = 10;

/** A message whose request failed. */
export interface Refusal {
  readonly messageId: string;
  readonly reason: string;
}

/** Deletes messages, ten per request, and returns those that were not deleted. Never throws. */
export function deleteMessages(client: SQSClient, url: string, messages: readonly QueuedMessage[]): Promise<Refusal[]> {
  return inTens(messages, (ten) =>
    client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: url,
        Entries: ten.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle })),
      }),
    ),
  );
}

/** Makes messages visible again immediately, ten per request, and returns those that failed. Never throws. */
export function giveBack(client: SQSClient, url: string, messages: readonly QueuedMessage[]): Promise<Refusal[]> {
  return inTens(messages, (ten) =>
    client.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: url,
        Entries: ten.map(({ receiptHandle }, index) => ({
          Id: String(index),
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: 0,
        })),
      }),
    ),
  );
}

async function inTens(
  messages: readonly QueuedMessage[],
  request: (ten: readonly QueuedMessage[]) => Promise<{ Failed?: BatchResultErrorEntry[] | undefined }>,
): Promise<Refusal[]> {
  const tens: QueuedMessage[][] = [];
  for (let at = 0; at < messages.length; at += ENTRY_LIMIT) tens.push(messages.slice(at, at + ENTRY_LIMIT));
  const refusals = tens.map(async (ten) => {
    try {
      const { Failed: failed = [] } = await request(ten);
      return failed.map(({ Id: id, Code: code }) => ({
        messageId: ten[Number(id)]?.messageId ?? '',
        reason: code ?? 'no reason given',
      }));
    } catch (error) {
      return ten.map(({ messageId }) => ({ messageId, reason: messageOf(error) }));
    }
  });
  return (await Promise.all(refusals)).flat();
}
