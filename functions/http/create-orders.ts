import { acceptOrder, MONEY } from '../../lib/http/accept-order.ts';
import { batchSchema } from '../../lib/http/batch-request.ts';
import { callerOf } from '../../lib/http/caller.ts';
import { type Answer, answerTo, httpHandler } from '../../lib/http/handler.ts';
import { validationError } from '../../lib/http/http-error.ts';
import { readJson } from '../../lib/http/read-json.ts';
import { refuseQuery } from '../../lib/http/read-query.ts';
import { validate } from '../../lib/http/validate.ts';

/** POST /orders/batch: each order is answered as POST /orders would have done, whatever becomes of the others. */
export const handler = httpHandler(async (event) => {
  refuseQuery(event);
  if (event.headers?.['idempotency-key'] !== undefined)
    throw validationError([
      { path: 'Idempotency-Key', message: 'is not taken here: repeat the batch, order ids are unique' },
    ]);
  const { orders } = validate(batchSchema, readJson(event, MONEY));
  const { owner } = callerOf(event);
  const answers = await Promise.all(orders.map((order) => answerTo(() => acceptOrder(order, owner, null))));
  const accepted = answers.filter(({ statusCode }) => statusCode === 202).length;
  const refused = answers.length - accepted;
  return {
    statusCode: 207,
    headers: retryAfter(answers),
    body: {
      status_code: 207,
      message: `${accepted} orders were accepted, ${refused} were not`,
      data: {
        accepted,
        refused,
        results: answers.map(({ body }, place) => ({ order_id: orderIdIn(orders[place]), ...(body as object) })),
      },
    },
  };
});

/** What the client called the order, if it did. */
function orderIdIn(order: unknown): string | null {
  const orderId = typeof order === 'object' && order !== null && 'order_id' in order ? order.order_id : null;
  return typeof orderId === 'string' ? orderId : null;
}

/** When any order may be tried again, all of them may then. */
function retryAfter(answers: readonly Answer[]): Record<string, string> {
  const seconds = answers.map(({ headers }) => Number(headers?.['retry-after'] ?? 0));
  return Math.max(...seconds) > 0 ? { 'retry-after': String(Math.max(...seconds)) } : {};
}
