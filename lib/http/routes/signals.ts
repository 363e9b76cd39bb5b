import { failureSchema, OWNER } from './common.ts';
import { refused } from './examples.ts';
import type { Operation } from './operation.ts';
import { conflict, INVALID, NO_SUCH_ORDER, TOO_LARGE } from './responses.ts';
import { CALLBACK_TOKEN, SIGNAL, signalBody, signalResultSchema } from './signal-schemas.ts';

const SIGNAL_RESPONSES: Operation['responses'] = {
  200: {
    name: 'SignalRepeated',
    description: 'An earlier request stored the same signal.',
    schema: signalResultSchema,
    examples: { repeated: { order_id: 'ORD-1', name: 'shipped', outcome: 'repeated' } },
  },
  202: {
    name: 'SignalStored',
    description: 'The signal is stored, and the order will continue.',
    schema: signalResultSchema,
    examples: { stored: { order_id: 'ORD-1', name: 'shipped', outcome: 'stored' } },
  },
  ...INVALID,
  ...NO_SUCH_ORDER,
  ...conflict('SignalRefused', 'The order does not take the signal', {
    ...refused('signal_exists', 'The order has this signal with another payload. The first one counts.'),
    ...refused('signal_too_late', 'The wait for this signal has timed out.'),
    ...refused('too_many_signals', 'The order has reached the signal limit (100).'),
    ...refused('wrong_status', 'The order is Completed. Only an unfinished order takes signals.'),
  }),
  ...TOO_LARGE,
};

export const receiveCallback: Operation = {
  tag: 'Orders',
  summary: 'Send a signal by a callback URL',
  description:
    'The processor of an order makes such a URL for a system that has no credential. The token is signed, and sends one signal to ' +
    'one run of one order.',
  parameters: { path: CALLBACK_TOKEN },
  body: signalBody,
  responses: {
    ...SIGNAL_RESPONSES,
    404: {
      name: 'CallbackNotFound',
      description: 'The callback URL is not one of this service, or its order no longer exists.',
      schema: failureSchema,
      examples: refused('callback_not_found', 'This callback URL is not one of this service.'),
    },
  },
};

export const signalOrder: Operation = {
  tag: 'Orders',
  summary: 'Send a signal to an order',
  description:
    'Continues an order whose processor waits for a signal of this name. It may come before the processor waits for it. Each name ' +
    'counts once: repeating the same request is safe.',
  parameters: { path: SIGNAL, query: OWNER },
  body: signalBody,
  responses: SIGNAL_RESPONSES,
};
