import * as z from 'zod';
import { ORDER_ID, orderIdSchema } from './common.ts';
import type { Body } from './operation.ts';

/** The path parameters of a signal. */
export const SIGNAL = ORDER_ID.extend({
  name: z
    .string()
    .min(1)
    .max(100)
    .meta({
      description: 'The name for which the processor of the order waits.',
      pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$',
      examples: ['shipped'],
    }),
});

/** The path parameter of a callback URL. */
export const CALLBACK_TOKEN = z.object({
  token: z
    .string()
    .min(1)
    .meta({
      description: 'The end of the callback URL, as the processor made it.',
      examples: ['WyIiLCJPUkQtMSIsMSwic2hpcHBlZCJd.H5lNbF0z8sJmmHkT1n2yGZ0d1rQ3pZkq6i1uJb0Xx5E'],
    }),
});

export const signalPayloadSchema = z
  .unknown()
  .describe('The payload: any JSON of at most 60,000 bytes, which the processor gets. Without a body, it is null.');

export const signalBody: Body = {
  schema: signalPayloadSchema,
  required: false,
  examples: { parcel: { parcel: 7, carrier: 'post' } },
};

export const signalResultSchema = z
  .object({
    order_id: orderIdSchema,
    name: z.string().describe('The name of the signal.'),
    outcome: z
      .enum(['stored', 'repeated'])
      .describe('Whether this request stored the signal, or an earlier one with the same payload.'),
  })
  .describe('A signal that the order has.');
