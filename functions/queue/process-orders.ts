import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { observed } from '../../lib/observability/observed.ts';
import { decodeMessage } from '../../lib/queue/message.ts';
import { type Travel, travelOf } from '../../lib/queue/message-attributes.ts';
import { runtime } from '../../lib/runtime.ts';

/**
 * Takes a batch of messages, and answers which of them must come back. Every message has failed until its order is
 * known not to need it any more; a message that makes no sense comes back until it is a dead letter.
 */
export const handler = observed(
  middy<SQSEvent, SQSBatchResponse>().handler(async ({ Records }, context) => {
    const orderIds = Records.map(({ body }) => decodeMessage(body));
    const known = new Set(orderIds.filter((orderId) => orderId !== undefined));
    const settled = await runtime().processOrders([...known], {
      remainingMs: () => context.getRemainingTimeInMillis(),
      actor: `${context.functionName} ${context.awsRequestId}`,
      travels: travelsOf(Records),
    });
    const failed = Records.filter((_, index) => {
      const orderId = orderIds[index];
      return orderId === undefined || !settled.has(orderId);
    });
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  }),
);

/** Of two messages of one order, that of the later one: it is what had it processed again. */
function travelsOf(records: readonly SQSRecord[]): Map<string, Travel> {
  const travels = new Map<string, Travel>();
  for (const record of records) {
    const orderId = decodeMessage(record.body);
    if (orderId !== undefined) travels.set(orderId, travelOf(record));
  }
  return travels;
}
