import { redriveSchema } from '../redrive-request.ts';
import { INVALID, NO_SUCH_ORDER, ORDER_ID, REASON, TOO_LARGE } from './common-answers.ts';
import { failureSchema } from './failure-schemas.ts';
import { deadLettersSchema, failureGroupsSchema, processingSchema, redrivenSchema } from './operating-schemas.ts';
import type { Operation } from './operation.ts';
import { orderSchema } from './order-schemas.ts';

export const redriveOrder: Operation = {
  tag: 'Operations',
  summary: 'Redrive a Failed order',
  description: 'Redriving an order sends it back to be processed, with a new budget of attempts.',
  parameters: { path: ORDER_ID },
  body: REASON,
  answers: {
    200: { description: 'The order, which is Pending again.', schema: orderSchema },
    ...INVALID,
    ...NO_SUCH_ORDER,
    409: { description: 'The order is not Failed, or has reached the redrive limit.', schema: failureSchema },
    ...TOO_LARGE,
  },
};

export const redriveOrders: Operation = {
  tag: 'Operations',
  summary: 'Redrive Failed orders',
  description: 'Select orders by id, by reason code, by both, or select every Failed order with `all`.',
  body: { schema: redriveSchema, required: true },
  answers: {
    200: { description: 'The orders that were redriven or, in a dry run, would be.', schema: redrivenSchema },
    ...INVALID,
    ...TOO_LARGE,
  },
};

export const listFailures: Operation = {
  tag: 'Operations',
  summary: 'Count Failed orders by cause',
  answers: { 200: { description: 'The causes.', schema: failureGroupsSchema }, ...INVALID },
};

export const listDeadLetters: Operation = {
  tag: 'Operations',
  summary: 'List dead letters',
  description:
    'Returns up to ten messages of the dead-letter queue, which workers could not process. Listing does not remove them.',
  answers: { 200: { description: 'The messages.', schema: deadLettersSchema }, ...INVALID },
};

const processing = { 200: { description: 'Whether processing is paused.', schema: processingSchema } };

export const getProcessing: Operation = {
  tag: 'Operations',
  summary: 'Get the state of processing',
  answers: { ...processing, ...INVALID },
};

export const pauseProcessing: Operation = {
  tag: 'Operations',
  summary: 'Pause processing',
  description: 'The API keeps accepting orders. In-flight orders are finished; no other order is started.',
  body: REASON,
  answers: { ...processing, ...INVALID, ...TOO_LARGE },
};

export const resumeProcessing: Operation = {
  tag: 'Operations',
  summary: 'Resume processing',
  body: REASON,
  answers: { ...processing, ...INVALID, ...TOO_LARGE },
};
