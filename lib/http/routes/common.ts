import * as z from 'zod';
import { STATUSES } from '../../orders/order.ts';
import { ERROR_CODES, type ErrorCode } from '../error-codes.ts';
import { reasonSchema } from '../reason-request.ts';
import type { Body } from './operation.ts';

export const count = z.int().nonnegative();
export const time = z.string().meta({ format: 'date-time' });

export const seconds = z.number().nonnegative();

export const errorCodeSchema = z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]).meta({
  description: 'What went wrong, as a stable code for programs. docs/errors.md lists every code and what to do.',
  examples: ['validation_failed'],
});

export const fieldErrorSchema = z
  .object({
    path: z.string().meta({
      description: 'The invalid field (such as item_ids.3) or parameter; empty for the whole body.',
      examples: ['item_ids.3'],
    }),
    message: z.string().describe('What the field accepts.'),
  })
  .describe('An invalid field or parameter of the request.');

/** The fields of every error response except its status. */
export const failure = {
  code: errorCodeSchema,
  message: z.string().describe('What went wrong, for people. The wording may change.'),
  errors: z
    .array(fieldErrorSchema)
    .max(20)
    .optional()
    .describe('What is invalid in the request. Present only when the request is invalid.'),
};

export const failureSchema = z
  .object({
    status_code: z.int().meta({ description: 'The HTTP status code of this response.', examples: [400] }),
    ...failure,
    request_id: z
      .string()
      .optional()
      .describe('Names this request in the logs of the service. Include it in a report.'),
  })
  .describe('An error response.');

/** The body of a 401 or 403. */
export const challengeSchema = failureSchema
  .extend({
    challenge: z.string().meta({
      description: 'The value of the WWW-Authenticate header, which API Gateway may rename.',
      examples: ['Bearer error="insufficient_scope", scope="orders:read"'],
    }),
  })
  .describe('An error response that says which credential is required.');

/** The body of an error that API Gateway returns itself. */
export const gatewayFailureSchema = z
  .object({ message: z.string().describe('What went wrong, for people.') })
  .describe('An error response of API Gateway itself. It has no code.');

// Response schemas. Fields may be added, so clients must ignore unknown fields.

export const orderIdSchema = z
  .string()
  .meta({ description: 'The order id that the client chose.', examples: ['ORD-1'] });

export const statusSchema = z.enum(STATUSES).describe('The state of an order. Completed and Cancelled are final.');

const metadataSchema = z
  .record(z.string(), z.string())
  .describe('The data that the client sent with it; empty if none was sent.');

export const orderSchema = z
  .object({
    order_id: orderIdSchema,
    owner: z.string().describe('Who created the order; empty where callers are not authenticated.'),
    status: statusSchema,
    next_states: z.array(statusSchema).describe('The states that the order can move to from its current state.'),
    user_id: z.int32().meta({ description: 'The user who ordered.', examples: [7] }),
    item_ids: z.array(z.int32()).describe('The items, in the order in which they were sent.'),
    total_amount: z
      .string()
      .regex(/^(-?[0-9]+(\.[0-9]+)?|NaN|-?Infinity)$/)
      .meta({
        description:
          'The exact decimal text as it was sent (9.50), because most clients parse a JSON number as a float. Only orders ' +
          'imported from the old service can have a negative amount, NaN or Infinity.',
        examples: ['19.99'],
      }),
    currency: z
      .string()
      .nullable()
      .meta({ description: 'The currency of the amounts; null if none was sent.', examples: ['EUR'] }),
    customer_ref: z
      .string()
      .nullable()
      .meta({ description: 'The reference to the customer; null if none was sent.', examples: ['customer-17'] }),
    process_after: time.nullable().describe('The time before which the order is not processed; null if none was sent.'),
    metadata: metadataSchema,
    items: z
      .array(
        z.object({
          sku: z.string().meta({ description: 'Identifies what was ordered.', examples: ['MUG-BLUE'] }),
          quantity: z.int().positive().describe('How many were ordered.'),
          unit_price: z
            .string()
            .regex(/^[0-9]+(\.[0-9]+)?$/)
            .meta({ description: 'The price of one: the exact decimal text as it was sent.', examples: ['4.75'] }),
          metadata: metadataSchema,
        }),
      )
      .describe('The items with quantities and prices; empty if `item_ids` was sent instead.'),
    processing_time: seconds.nullable().describe('In seconds; null until the order is Completed.'),
    created_at: time.describe('When the order was created.'),
    finished_at: time.nullable().describe('When the order became Completed, Failed or Cancelled.'),
    attempts: count.describe('Attempts since the order was created or last redriven, including one in progress.'),
    crashes: count.describe('The number of these attempts that ended because the worker crashed.'),
    redrives: count.describe('How many times the order was redriven.'),
    next_attempt_at: time
      .nullable()
      .describe(
        'When the next attempt may start, or a Waiting order continues; null otherwise. Before the first attempt, this is `process_after`.',
      ),
    reason_code: z.string().nullable().describe('Why the order is in this state, as a stable code for programs.'),
    reason: z.string().nullable().describe('Why the order is in this state, as text for people.'),
    cancel_requested_at: time
      .nullable()
      .describe(
        'When a caller first cancelled it. If its processor returned before it noticed, the order is Completed all the same.',
      ),
    ends_as: z
      .enum(['Failed', 'Cancelled'])
      .nullable()
      .describe(
        'The status that the order gets once its steps are undone; null if there is nothing to undo. A Failed order for which it ' +
          'is set was not undone completely.',
      ),
  })
  .describe('An order and its progress.');

/** The optional body of a request that takes a reason. */
export const reasonBody = (reason: string): Body => ({
  schema: reasonSchema,
  required: false,
  examples: { with_reason: { reason } },
});

/** The path parameter of one order. */
export const ORDER_ID = z.object({
  order_id: z
    .string()
    .min(1)
    .meta({ description: 'The order id that the client chose.', examples: ['ORD-1'] }),
});

export const idempotencyKey = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[\x20-\x2b\x2d-\x7e]*$/)
  .optional()
  .describe(
    'A unique value that you choose for this order. A repeated request with the same key and order gets the first response again.',
  );

export const ifNoneMatch = z
  .string()
  .optional()
  .describe(
    'The ETag of an earlier response. The response is 304 if the order has not changed since (with `wait`, after that time).',
  );

export const ifMatch = z
  .string()
  .optional()
  .describe(
    'Required: the ETag of the order that you want to change, or `*` for any. Without it, the response is 428. A weak ETag (`W/`), which ' +
      'a proxy that compresses responses makes of it, never matches: send it without `W/`.',
  );

export const etag = {
  ETag: {
    description: 'Identifies this state of the order; send it back in If-None-Match or If-Match.',
    schema: z.string(),
    required: true,
  },
};

export const OWNER = z.object({
  owner: z
    .string()
    .optional()
    .describe(
      'The owner of the order. Required if several owners have an order with this id, which only callers with `orders:admin` can see.',
    ),
});
