import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../error-codes.ts';

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
