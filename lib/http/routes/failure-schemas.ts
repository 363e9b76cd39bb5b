import { z } from 'zod';

/** The fields of every refusal, but its status. */
export const failure = {
  message: z.string(),
  errors: z
    .array(
      z.object({
        path: z.string().meta({
          description: 'Where: a field such as item_ids.3, a parameter, or empty for the whole body.',
          examples: ['item_ids.3'],
        }),
        message: z.string().meta({ description: 'What is allowed there.' }),
      }),
    )
    .max(20)
    .optional()
    .meta({ description: 'What is wrong with the request, when that is the reason.' }),
};

export const failureSchema = z.object({
  status_code: z.int().meta({ description: 'The status of the answer, again.' }),
  ...failure,
});

/** Of 401 and 403. */
export const challengeSchema = failureSchema.extend({
  challenge: z.string().meta({
    description: 'The value of WWW-Authenticate, which API Gateway may rename.',
    examples: ['Bearer error="insufficient_scope", scope="orders:read"'],
  }),
});

/** What API Gateway answers in our place. */
export const gatewayFailureSchema = z.object({ message: z.string() });
