import { z } from 'zod';
import { reasonSchema } from '../reason-request.ts';
import { challengeSchema, failureSchema, gatewayFailureSchema } from './failure-schemas.ts';
import type { Body, DocumentedAnswer } from './operation.ts';

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

export const REASON: Body = { schema: reasonSchema, required: false };

/** The path parameter of one order. */
export const ORDER_ID = z.object({
  order_id: z
    .string()
    .min(1)
    .meta({ description: 'The order id that the client chose.', examples: ['ORD-1'] }),
});
