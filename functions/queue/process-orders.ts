import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { observed } from '../../lib/observability/observed.ts';
import { decodeMessage } from '../../lib/queue/message.ts';
import { travelOf } from '../../lib/queue/message-attributes.ts';
import { worker } from '../../lib/runtime/worker.ts';

/**
 * Processes a batch of messages and returns the ids of those that must be redelivered. Every message counts as failed
 * until its order is known not to need it; an invalid message is redelivered until it becomes a dead letter.
 */
export const handler = observed(
  middy<SQSEvent, SQSBatchResponse>().handler(async ({ Records }, context) => {
    const messages = Records.map((record) => ({
      id: record.messageId,
      key: decodeMessage(record.body),
      travel: travelOf(record),
    }));
    // If a batch has two messages of one order, the later one's trace is used, because it caused the latest attempt.
    const travels = new Map(messages.flatMap(({ key, travel }) => (key === undefined ? [] : [[key, travel] as const])));
    const settled = await worker().processOrders([...travels.keys()], {
      remainingMs: () => context.getRemainingTimeInMillis(),
      actor: `worker:${context.functionName} ${context.awsRequestId}`,
      travels,
    });
    const failed = messages.filter(({ key }) => key === undefined || !settled.has(key));
    return { batchItemFailures: failed.map(({ id }) => ({ itemIdentifier: id })) };
  }),
);
