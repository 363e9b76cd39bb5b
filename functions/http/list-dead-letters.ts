import { deadLettersQuerySchema } from '../../lib/http/dead-letters-request.ts';
import { readQuery } from '../../lib/http/read-query.ts';
import { parseKey } from '../../lib/order-key.ts';
import { decodeMessage } from '../../lib/queue/message.ts';
import { listDeadLetters } from '../../lib/runtime/dead-letters.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';

/** GET /dead-letters?limit= */
export const handler = httpHandler(async (event) => {
  const { limit } = readQuery(event, deadLettersQuerySchema);
  const { letters, approximateCount } = await listDeadLetters(limit);
  return {
    statusCode: 200,
    body: {
      dead_letters: letters.map(({ messageId, body, sentAt, receiveCount }) => ({
        message_id: messageId,
        body,
        sent_at: sentAt.toISOString(),
        receive_count: receiveCount,
        ...ordersIn(body),
      })),
      approximate_count: approximateCount,
    },
  };
});

/** The order, if the body names one; and all that it names. */
function ordersIn(body: string) {
  const orders = decodeMessage(body).tasks.map(({ key }) => {
    const { orderId, owner } = parseKey(key);
    return { order_id: orderId, owner };
  });
  const [only = { order_id: null, owner: null }] = orders.length === 1 ? orders : [];
  return { ...only, orders };
}
