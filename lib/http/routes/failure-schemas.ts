import { z } from 'zod';

/** The fields of every error response except its status. */
export const failure = {
  message: z.string(),
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
