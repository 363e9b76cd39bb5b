import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { encodeMessage } from '../../lib/queue/message.ts';
import { lambdaContext, sqsEvent } from '../../test/support/lambda.ts';
import { finish, readTask, sayReady } from '../program.ts';
import { pendingIds } from './orders.ts';

export interface BatchTask {
  /** Which orders of insertPending to process: the number of the first one, and how many. */
  readonly from: number;
  readonly orders: number;
  readonly batchSize: number;
}

type Handler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

const { from, orders, batchSize } = readTask<BatchTask>();
const orderIds = pendingIds(from, orders);
const handler = (await import('../../functions/queue/process-orders.ts')).handler as unknown as Handler;

sayReady();
for (let at = 0; at < orderIds.length; at += batchSize) {
  const bodies = orderIds.slice(at, at + batchSize).map(encodeMessage);
  const { batchItemFailures } = await handler(sqsEvent(bodies), lambdaContext());
  if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} messages would have been redelivered`);
}
finish({ endedAt: Date.now() });
