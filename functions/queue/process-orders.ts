import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { observed } from '../../lib/observability/observed.ts';
import { noLongerNeeded } from '../../lib/queue/message.ts';
import { readMessage } from '../../lib/queue/message-attributes.ts';
import { worker } from '../../lib/runtime/worker.ts';

/**
 * Processes a batch of messages and returns the ids of those that must be redelivered. Every message counts as failed
 * until each of its orders is known not to need it; an invalid message is redelivered until it becomes a dead letter.
 */
export const handler = observed(
  middy<SQSEvent, SQSBatchResponse>().handler(async ({ Records }, context) => {
    const messages = Records.map((record) => ({ id: record.messageId, ...readMessage(record) }));
    // If a batch names an order twice, the later message's trace is used, because it caused the latest attempt.
    const tasks = new Map(messages.flatMap((message) => message.tasks).map((task) => [task.key, task]));
    const settled = await worker().processOrders([...tasks.values()], {
      remainingMs: () => context.getRemainingTimeInMillis(),
      actor: `worker:${context.functionName} ${context.awsRequestId}`,
    });
    const failed = messages.filter((message) => !noLongerNeeded(message, settled));
    return { batchItemFailures: failed.map(({ id }) => ({ itemIdentifier: id })) };
  }),
);
