import { cancelSchema } from '../../lib/http/bulk-requests.ts';
import { callerOf, namesAnotherOwner, ownerFilterOf } from '../../lib/http/caller.ts';
import { readBody } from '../../lib/http/read-json.ts';
import { refuseQuery } from '../../lib/http/read-query.ts';
import type { Cancellations, Named } from '../../lib/orders/sql/cancel-orders.ts';
import { api } from '../../lib/runtime/api.ts';
import { httpHandler } from '../../lib/runtime/http-handler.ts';

const NONE: Cancellations = { cancelled: [], others: [] };

/** POST /orders/cancel */
export const handler = httpHandler(async (event) => {
  refuseQuery(event);
  const request = readBody(event, cancelSchema);
  const caller = callerOf(event);
  const change = { actor: caller.actor, reason: request.reason, dryRun: request.dry_run };
  const owner = ownerFilterOf(event, request.owner);
  const { cancelled, others } = namesAnotherOwner(caller, request.owner)
    ? NONE
    : await api().cancelOrders(request.order_ids, owner, change);
  const found = new Set([...cancelled, ...others].map(({ orderId }) => orderId));
  const done = request.dry_run ? 0 : cancelled.filter(({ status }) => status === 'Cancelled').length;
  const later = request.dry_run ? 0 : cancelled.length - done;
  return {
    statusCode: 200,
    body: {
      status_code: 200,
      message: request.dry_run
        ? 'These orders would be cancelled.'
        : `Cancelled now: ${done}. Cancelled later: ${later}.`,
      data: {
        cancelled: done,
        cancelling: later,
        order_ids: cancelled.map(({ orderId }) => orderId),
        orders: cancelled.map(present),
        left_alone: others.map(present),
        unknown: [...new Set(request.order_ids)].filter((id) => !found.has(id)),
      },
    },
  };
});

function present({ orderId, owner, status }: Named) {
  return { order_id: orderId, owner, status };
}
