import { KEY_CACHE_SECONDS } from '../../lib/auth/verify-api-key.ts';
import type { Month } from './assumptions.ts';
import { HOURS_A_MONTH, type Stage } from './stage.ts';

/** How often events happen in a month. */
export interface Counts {
  readonly reads: number;
  /** Runs of the authorizer: before each order, and before each read. */
  readonly authorizedOrders: number;
  readonly authorizedReads: number;
  /** Look-ups of API keys in the database. */
  readonly keyLookUps: number;
  readonly ordersPerBatch: number;
  readonly batches: number;
  /** ReceiveMessage, and DeleteMessageBatch, of a batch. */
  readonly requestsPerBatch: number;
  readonly emptyPolls: number;
}

/** Messages in one ReceiveMessage or DeleteMessageBatch (Amazon SQS API reference). */
const MESSAGES_A_REQUEST = 10;

const SECONDS_AN_HOUR = 3_600;

export function countsOf(stage: Stage, month: Month): Counts {
  const busySeconds = month.busyHours * SECONDS_AN_HOUR;
  const reads = month.orders * month.readsPerOrder;
  const asked = stage.hasAuthorizer ? 1 : 0;
  // Each poller gathers its own batch, whose window starts with its first message.
  const ordersPerBatch = Math.min(
    stage.batchSize,
    1 + (month.orders / busySeconds / month.pollers) * stage.batchingWindow,
  );
  return {
    reads,
    authorizedOrders: asked * month.orders,
    authorizedReads: asked * reads,
    keyLookUps: Math.min(
      asked * (month.orders + reads),
      (asked * month.keys * month.authorizers * busySeconds) / KEY_CACHE_SECONDS,
    ),
    ordersPerBatch,
    batches: month.orders / ordersPerBatch,
    requestsPerBatch: Math.ceil(ordersPerBatch / MESSAGES_A_REQUEST),
    emptyPolls: (month.pollers * HOURS_A_MONTH * SECONDS_AN_HOUR) / month.pollSeconds,
  };
}
