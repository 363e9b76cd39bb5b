import * as z from 'zod';
import { challengeSchema, failureSchema, gatewayFailureSchema } from './common.ts';
import { refused } from './examples.ts';
import type { DocumentedResponse, Examples } from './operation.ts';

type Responses = Readonly<Record<number, DocumentedResponse>>;
type Headers = NonNullable<DocumentedResponse['headers']>;

/** @param required whether every response with this status has the header */
export function retryAfter(required: boolean): Headers {
  const description = 'Seconds to wait before retrying.';
  return { 'Retry-After': { description, schema: z.int().positive(), required } };
}

/** Responses that any operation can return. */
export const COMMON_RESPONSES: Responses = {
  500: {
    name: 'InternalError',
    description: 'Internal error. Details are in the log.',
    schema: failureSchema,
    examples: refused('internal_error', 'Internal Server Error!'),
  },
  503: {
    name: 'Unavailable',
    description: 'The service is unavailable. It is safe to retry the request.',
    schema: failureSchema,
    headers: retryAfter(true),
    examples: {
      ...refused('unavailable', 'Service temporarily unavailable. Retry the request.'),
      ...refused('too_many_waiting', 'Too many orders are waiting. Retry later.'),
    },
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

/**
 * Additional responses of operations that require a credential. API Gateway itself returns 429, before it invokes a function. The
 * functions that create orders return it with more fields.
 */
export const AUTH_RESPONSES: Responses = {
  401: {
    name: 'Unauthenticated',
    description: 'The credential is missing or invalid.',
    schema: challengeSchema,
    headers: CHALLENGE,
    examples: refused('unauthenticated', 'Unauthorized: send a valid credential as "Authorization: Bearer …".', {
      challenge: 'Bearer',
    }),
  },
  403: {
    name: 'Forbidden',
    description: 'The credential does not allow this operation.',
    schema: challengeSchema,
    headers: CHALLENGE,
    examples: refused('forbidden', 'Forbidden: the scope orders:read is required.', {
      challenge: 'Bearer error="insufficient_scope", scope="orders:read"',
    }),
  },
  429: {
    name: 'TooManyRequests',
    description:
      'The rate limit of this stage is exceeded or, for a new order, too many orders of its owner are waiting. Retry later.',
    schema: z.union([failureSchema, gatewayFailureSchema]),
    headers: retryAfter(false),
    examples: {
      too_many_requests: { message: 'Too Many Requests' },
      ...refused('too_many_of_owner_waiting', 'Too many of your orders are waiting. Retry later.'),
    },
  },
};

export const INVALID: Responses = {
  400: {
    name: 'InvalidRequest',
    description: 'The request is invalid. `errors` lists each invalid field and what it accepts.',
    schema: failureSchema,
    examples: refused('validation_failed', 'Validation Error', {
      errors: [{ path: 'limit', message: 'is not a known field' }],
    }),
  },
};

export const TOO_LARGE: Responses = {
  413: {
    name: 'BodyTooLarge',
    description: 'The body is larger than 256 KiB.',
    schema: failureSchema,
    examples: refused('body_too_large', 'The body is larger than 262144 bytes'),
  },
};

export const NO_SUCH_ORDER: Responses = {
  404: {
    name: 'OrderNotFound',
    description: 'The order does not exist.',
    schema: failureSchema,
    examples: refused('order_not_found', 'Order not found'),
  },
};

const AMBIGUOUS = 'several owners have an order with this id, and the request does not name one.';
const ambiguous = refused(
  'owner_required',
  'Several owners have an order with the id ORD-1: "shop-7", "shop-8". Add "owner" to the request.',
);

/** 409 of a request that can be about an order of several owners. */
export const OWNER_REQUIRED: Responses = {
  409: { name: 'OwnerRequired', description: `Conflict: ${AMBIGUOUS}`, schema: failureSchema, examples: ambiguous },
};

/** 409 of a request that the state of the order can also rule out. */
export function conflict(name: string, cause: string, examples: Examples): Responses {
  return {
    409: {
      name,
      description: `${cause}, or ${AMBIGUOUS}`,
      schema: failureSchema,
      examples: { ...examples, ...ambiguous },
    },
  };
}

/** Operations on an order whose id is at this location. */
export const linksToOrder = (where: string) => ({
  getOrder: { order_id: where },
  getOrderHistory: { order_id: where },
  cancelOrder: { order_id: where },
  redriveOrder: { order_id: where },
});
