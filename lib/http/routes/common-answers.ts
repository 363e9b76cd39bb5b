import { z } from 'zod';
import { reasonSchema } from '../reason-request.ts';
import { challengeSchema, failureSchema, gatewayFailureSchema } from './failure-schemas.ts';
import type { Body, DocumentedAnswer } from './operation.ts';

type Answers = Readonly<Record<number, DocumentedAnswer>>;
type Headers = NonNullable<DocumentedAnswer['headers']>;

/** @param required whether every answer of this status has it */
export function retryAfter(required: boolean): Headers {
  const description = 'Seconds to wait before asking again.';
  return { 'Retry-After': { description, schema: z.int().positive(), required } };
}

/** Whatever is asked, these may be the answer. */
export const OURS: Answers = {
  500: { description: 'A defect of ours; its details are in the log.', schema: failureSchema },
  503: {
    description: 'The service is not available. Repeating the request is safe.',
    schema: failureSchema,
    headers: retryAfter(true),
  },
};

const CHALLENGE: Headers = {
  'WWW-Authenticate': {
    description:
      'What is missing (RFC 6750, section 3). API Gateway may call it x-amzn-remapped-www-authenticate; `challenge` has it too.',
    schema: z.string(),
    required: false,
  },
};

/** Besides, where a credential is asked for. API Gateway itself answers 429, before any function is called. */
export const GUARDED: Answers = {
  401: { description: 'The credential is missing, or not valid.', schema: challengeSchema, headers: CHALLENGE },
  403: { description: 'The credential does not allow this.', schema: challengeSchema, headers: CHALLENGE },
  429: { description: 'More requests than this stage takes. Repeat it later.', schema: gatewayFailureSchema },
};

export const INVALID: Answers = {
  400: { description: 'The request is not valid; `errors` says where, and what is allowed.', schema: failureSchema },
};

export const TOO_LARGE: Answers = {
  413: { description: 'The body is larger than 256 KiB.', schema: failureSchema },
};

export const NO_SUCH_ORDER: Answers = {
  404: { description: 'There is no such order.', schema: failureSchema },
};

export const REASON: Body = { schema: reasonSchema, required: false };

/** The path parameter of one order. */
export const ORDER_ID = z.object({
  order_id: z
    .string()
    .min(1)
    .meta({ description: "The client's own id of the order.", examples: ['ORD-1'] }),
});
