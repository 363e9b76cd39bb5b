import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { observed } from '../../lib/observability/observed.ts';
import type { OrderKey } from '../../lib/order-key.ts';
import { decodeMessage } from '../../lib/queue/message.ts';
import { type Travel, travelOf } from '../../lib/queue/message-attributes.ts';
import { worker } from '../../lib/runtime/worker.ts';

/**
 * Processes a batch of messages and returns the ids of those that must be redelivered. Every message counts as failed
 * until its order is known not to need it; an invalid message is redelivered until it becomes a dead letter.
 */
export const handler = observed(
  middy<SQSEvent, SQSBatchResponse>().handler(async ({ Records }, context) => {
    const keys = Records.map(({ body }) => decodeMessage(body));
    const known = new Set(keys.filter((key) => key !== undefined));
    const settled = await worker().processOrders([...known], {
      remainingMs: () => context.getRemainingTimeInMillis(),
      actor: `worker:${context.functionName} ${context.awsRequestId}`,
      travels: travelsOf(Records),
    });
    const failed = Records.filter((_, index) => {
      const key = keys[index];
      return key === undefined || !settled.has(key);
    });
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  }),
);

/** If a batch has two messages of one order, the later one's trace is used, because it caused the latest attempt. */
function travelsOf(records: readonly SQSRecord[]): Map<OrderKey, Travel> {
  const travels = new Map<OrderKey, Travel>();
  for (const record of records) {
    const key = decodeMessage(record.body);
    if (key !== undefined) travels.set(key, travelOf(record));
  }
  return travels;
}
