import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { lambdaContext, sqsEvent } from '../../test/support/lambda.ts';
import { bodiesOf } from '../order-queue.ts';
import { finish, readTask, sayReady } from '../program.ts';
import { pendingIds } from './orders.ts';

export interface BatchTask {
  /** Which orders of insertPending to process: the number of the first one, and how many. */
  readonly from: number;
  readonly orders: number;
  /** Messages per batch. */
  readonly batchSize: number;
  readonly perMessage: number;
}

type Handler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

const { from, orders, batchSize, perMessage } = readTask<BatchTask>();
const messages = bodiesOf(pendingIds(from, orders), perMessage);
const handler = (await import('../../functions/queue/process-orders.ts')).handler as unknown as Handler;

sayReady();
for (let at = 0; at < messages.length; at += batchSize) {
  const { batchItemFailures } = await handler(sqsEvent(messages.slice(at, at + batchSize)), lambdaContext());
  if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} messages would have been redelivered`);
}
finish({ endedAt: Date.now() });
