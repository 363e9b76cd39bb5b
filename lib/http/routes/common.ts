import * as z from 'zod';
import { STATUSES } from '../../orders/order.ts';
import { ERROR_CODES, type ErrorCode } from '../error-codes.ts';
import { reasonSchema } from '../reason-request.ts';
import type { Body, DocumentedAnswer } from './operation.ts';

export const count = z.int().nonnegative();
export const time = z.string().meta({ format: 'date-time' });

/** Seconds. */
export const seconds = z.number().nonnegative();

/** The fields of every error response except its status. */
export const failure = {
  code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]).meta({
    description: 'What went wrong, as a stable code for programs. docs/errors.md lists every code and what to do.',
    examples: ['validation_failed'],
  }),
  message: z.string().meta({ description: 'What went wrong, for people. The wording may change.' }),
  errors: z
    .array(
      z.object({
        path: z.string().meta({
          description: 'The invalid field (such as item_ids.3) or parameter; empty for the whole body.',
          examples: ['item_ids.3'],
        }),
        message: z.string().meta({ description: 'What the field accepts.' }),
      }),
    )
    .max(20)
    .optional()
    .meta({ description: 'What is invalid in the request. Present only when the request is invalid.' }),
};

export const failureSchema = z.object({
  status_code: z.int().meta({ description: 'The HTTP status code of this response.' }),
  ...failure,
  request_id: z
    .string()
    .optional()
    .meta({ description: 'Names this request in the logs of the service. Include it in a report.' }),
});

/** The body of a 401 or 403. */
export const challengeSchema = failureSchema.extend({
  challenge: z.string().meta({
    description: 'The value of the WWW-Authenticate header, which API Gateway may rename.',
    examples: ['Bearer error="insufficient_scope", scope="orders:read"'],
  }),
});

/** The body of an error that API Gateway returns itself. */
export const gatewayFailureSchema = z.object({ message: z.string() });

// Response schemas. Fields may be added, so clients must ignore unknown fields.

export const statusSchema = z
  .enum(STATUSES)
  .meta({ description: 'The state of an order. Completed and Cancelled are final.' });

export const orderSchema = z.object({
  order_id: z.string().meta({ examples: ['ORD-1'] }),
  owner: z.string().meta({ description: 'Who created the order; empty where callers are not authenticated.' }),
  status: statusSchema,
  next_states: z
    .array(statusSchema)
    .meta({ description: 'The states that the order can move to from its current state.' }),
  user_id: z.int32(),
  item_ids: z.array(z.int32()),
  total_amount: z
    .string()
    .regex(/^(-?[0-9]+(\.[0-9]+)?|NaN|-?Infinity)$/)
    .meta({
      description:
        'The exact decimal text as it was sent (9.50), because most clients parse a JSON number as a float. Only orders ' +
        'imported from the old service can have a negative amount, NaN or Infinity.',
      examples: ['19.99'],
    }),
  processing_time: seconds.nullable().meta({ description: 'In seconds; null until the order is Completed.' }),
  created_at: time,
  finished_at: time.nullable().meta({ description: 'When the order became Completed, Failed or Cancelled.' }),
  attempts: count.meta({
    description: 'Attempts since the order was created or last redriven, including one in progress.',
  }),
  crashes: count.meta({ description: 'The number of these attempts that ended because the worker crashed.' }),
  redrives: count.meta({ description: 'How many times the order was redriven.' }),
  next_attempt_at: time
    .nullable()
    .meta({ description: 'When the next attempt may start, or a Waiting order continues; null otherwise.' }),
  reason_code: z
    .string()
    .nullable()
    .meta({ description: 'Why the order is in this state, as a stable code for programs.' }),
  reason: z.string().nullable().meta({ description: 'Why the order is in this state, as text for people.' }),
});

type Answers = Readonly<Record<number, DocumentedAnswer>>;
type Headers = NonNullable<DocumentedAnswer['headers']>;

/** @param required whether every response with this status has the header */
export function retryAfter(required: boolean): Headers {
  const description = 'Seconds to wait before retrying.';
  return { 'Retry-After': { description, schema: z.int().positive(), required } };
}

/** Responses that any operation can return. */
export const COMMON_RESPONSES: Answers = {
  500: { description: 'Internal error. Details are in the log.', schema: failureSchema },
  503: {
    description: 'The service is unavailable. It is safe to retry the request.',
    schema: failureSchema,
    headers: retryAfter(true),
  },
};

const CHALLENGE: Headers = {
  'WWW-Authenticate': {
    description:
      'What the credential lacks (RFC 6750, section 3). API Gateway may rename this header to x-amzn-remapped-www-authenticate; `challenge` in the body has the same value.',
    schema: z.string(),
    required: false,
  },
};

/** Additional responses of operations that require a credential. API Gateway itself returns 429, before it invokes a function. */
export const AUTH_RESPONSES: Answers = {
  401: { description: 'The credential is missing or invalid.', schema: challengeSchema, headers: CHALLENGE },
  403: { description: 'The credential does not allow this operation.', schema: challengeSchema, headers: CHALLENGE },
  429: { description: 'The rate limit of this stage is exceeded. Retry later.', schema: gatewayFailureSchema },
};

export const INVALID: Answers = {
  400: {
    description: 'The request is invalid. `errors` lists each invalid field and what it accepts.',
    schema: failureSchema,
  },
};

export const TOO_LARGE: Answers = {
  413: { description: 'The body is larger than 256 KiB.', schema: failureSchema },
};

export const NO_SUCH_ORDER: Answers = {
  404: { description: 'The order does not exist.', schema: failureSchema },
};

/** 409 of a request about one order; every such request has this cause. */
export const conflict = (otherCause?: string): Answers => ({
  409: {
    description:
      `${otherCause ?? ''} Several owners have an order with this id, and the request does not name one.`.trim(),
    schema: failureSchema,
  },
});

export const REASON: Body = { schema: reasonSchema, required: false };

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
  .meta({
    description:
      'A unique value that you choose for this order. A repeated request with the same key and order gets the first response again.',
  });

export const ifNoneMatch = z
  .string()
  .optional()
  .meta({ description: 'The ETag of an earlier response. The response is 304 if the order has not changed since.' });

export const etag = {
  ETag: {
    description: 'Identifies this state of the order; send it back in If-None-Match.',
    schema: z.string(),
    required: true,
  },
};

/** Whose order it is. */
export const OWNER = z.object({
  owner: z.string().optional().meta({
    description:
      'The owner of the order. Required if several owners have an order with this id, which only callers with `orders:admin` can see.',
  }),
});
