import { z } from 'zod';
import { httpHandler } from '../../lib/http/handler.ts';
import { readJson } from '../../lib/http/read-json.ts';
import { validate } from '../../lib/http/validate.ts';
import { runtime } from '../../lib/runtime.ts';

/** Orders that one request takes: they are one commit and one answer, which must fit the time of a request. */
const MAX_ORDERS = 1_000;

const text = (max: number) =>
  z
    .string('must be a string')
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    .refine((value) => value.isWellFormed() && !value.includes('\0'), 'must not have NUL or lone surrogates');

const redriveSchema = z.strictObject(
  {
    order_ids: z
      .array(text(10_000), 'must be a list of order ids')
      .max(MAX_ORDERS, `must have at most ${MAX_ORDERS} ids`)
      .optional(),
    reason_code: text(100).optional(),
    limit: z
      .int(`must be a whole number from 1 to ${MAX_ORDERS}`)
      .min(1, `must be a whole number from 1 to ${MAX_ORDERS}`)
      .max(MAX_ORDERS, `must be a whole number from 1 to ${MAX_ORDERS}`)
      .default(100),
    dry_run: z.boolean('must be true or false').default(false),
    reason: text(500).default('redriven over HTTP'),
  },
  'must be a JSON object',
);

/** POST /orders/redrive */
export const handler = httpHandler(async (event) => {
  const request = validate(redriveSchema, readJson(event, new Set()));
  const { redrivable, capped } = await runtime().redriveOrders({
    orderIds: request.order_ids ?? null,
    reasonCode: request.reason_code ?? null,
    limit: request.limit,
    dryRun: request.dry_run,
    reason: request.reason,
    actor: `api ${event.requestContext.requestId}`,
  });
  return {
    statusCode: 200,
    body: {
      status_code: 200,
      message: request.dry_run ? 'These orders would be redriven' : 'These orders were redriven',
      data: { order_ids: redrivable, capped },
    },
  };
});
