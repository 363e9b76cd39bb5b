import { redriveSchema } from '../redrive-request.ts';
import { INVALID, NO_SUCH_ORDER, ORDER_ID, REASON, TOO_LARGE } from './common-answers.ts';
import { failureSchema } from './failure-schemas.ts';
import { deadLettersSchema, failureGroupsSchema, processingSchema, redrivenSchema } from './operating-schemas.ts';
import type { Operation } from './operation.ts';
import { orderSchema } from './order-schemas.ts';

export const redriveOrder: Operation = {
  tag: 'Operating',
  summary: 'Have a Failed order processed afresh',
  parameters: { path: ORDER_ID },
  body: REASON,
  answers: {
    200: { description: 'The order, Pending again.', schema: orderSchema },
    ...INVALID,
    ...NO_SUCH_ORDER,
    409: { description: 'The order is not Failed, or was redriven as often as it may be.', schema: failureSchema },
    ...TOO_LARGE,
  },
};

export const redriveOrders: Operation = {
  tag: 'Operating',
  summary: 'Have Failed orders processed afresh',
  description: 'Those with these ids, those with this reason code, those with both, or, with `all`, every one.',
  body: { schema: redriveSchema, required: true },
  answers: {
    200: { description: 'Which orders were redriven, or would be.', schema: redrivenSchema },
    ...INVALID,
    ...TOO_LARGE,
  },
};

export const listFailures: Operation = {
  tag: 'Operating',
  summary: 'Count the Failed orders by cause',
  answers: { 200: { description: 'The causes.', schema: failureGroupsSchema }, ...INVALID },
};

export const listDeadLetters: Operation = {
  tag: 'Operating',
  summary: 'Look at messages that no order explains',
  description: 'Up to ten of them. They stay where they are.',
  answers: { 200: { description: 'The messages.', schema: deadLettersSchema }, ...INVALID },
};

const processing = { 200: { description: 'How it is now.', schema: processingSchema } };

export const getProcessing: Operation = {
  tag: 'Operating',
  summary: 'Ask whether processing is paused',
  answers: { ...processing, ...INVALID },
};

export const pauseProcessing: Operation = {
  tag: 'Operating',
  summary: 'Pause processing',
  description: 'Orders are still taken. Those that are being processed are finished; no other is begun.',
  body: REASON,
  answers: { ...processing, ...INVALID, ...TOO_LARGE },
};

export const resumeProcessing: Operation = {
  tag: 'Operating',
  summary: 'Resume processing',
  body: REASON,
  answers: { ...processing, ...INVALID, ...TOO_LARGE },
};
