import { PermanentFailure, type Processor, TransientFailure } from '../../../lib/processors/processor.ts';

/** Says all it knows when it fails, as the response of a bank might. */
export default (async (order) => {
  const all = JSON.stringify(order);
  if (order.orderId.endsWith('permanent')) throw new PermanentFailure('card_declined', all, { cause: all });
  if (order.orderId.endsWith('transient'))
    throw new TransientFailure('bank_unavailable', all, { cause: new TypeError(all) });
  if (order.orderId.endsWith('text')) throw all;
  if (order.orderId.endsWith('json')) JSON.parse(all.slice(1));
  throw Object.assign(new Error(`${all}\n    at ${all}`), { code: all, order, name: all });
}) satisfies Processor;
