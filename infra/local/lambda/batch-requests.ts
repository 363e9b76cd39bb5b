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

export interface Refusal {
  readonly messageId: string;
  readonly reason: string;
}

/** Deletes messages, ten per request, and returns those that were not deleted. Never throws. */
export function deleteMessages(client: SQSClient, url: string, messages: readonly QueuedMessage[]): Promise<Refusal[]> {
  return inTens(messages, (Entries) => client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries })));
}

/** Makes messages visible again immediately, ten per request, and returns those that failed. Never throws. */
export function giveBack(client: SQSClient, url: string, messages: readonly QueuedMessage[]): Promise<Refusal[]> {
  return inTens(messages, (entries) => {
    const Entries = entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
    return client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
  });
}

async function inTens(
  messages: readonly QueuedMessage[],
  request: (
    entries: { Id: string; ReceiptHandle: string }[],
  ) => Promise<{ Failed?: BatchResultErrorEntry[] | undefined }>,
): Promise<Refusal[]> {
  const tens: QueuedMessage[][] = [];
  for (let at = 0; at < messages.length; at += ENTRY_LIMIT) tens.push(messages.slice(at, at + ENTRY_LIMIT));
  const refusals = tens.map(async (ten) => {
    try {
      const entries = ten.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));
      const { Failed: failed = [] } = await request(entries);
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
