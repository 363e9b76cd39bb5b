import { parseArgs } from 'node:util';
import { UsageError } from '../usage-error.ts';
import { ask, connectStage, STAGE_HELP, STAGE_OPTIONS } from './stage.ts';
import { printable } from './table.ts';

const HELP = `npm run orders -- cancel <order id> [--reason TEXT]

Cancels an order that no worker has taken up yet.

  --reason TEXT   why, for its history
${STAGE_HELP}

Example
  npm run orders -- cancel ORD-1 --reason "the customer called"`;

/** `npm run orders -- cancel`: a Pending order. */
export async function cancel(args: string[]): Promise<number> {
  const options = { ...STAGE_OPTIONS, reason: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [orderId, ...more] = positionals;
  if (orderId === undefined || more.length > 0) throw new UsageError(`Say which order.\n\n${HELP}`);
  const stage = connectStage(values);
  const order = await ask(
    stage,
    stage.client.POST('/orders/{order_id}/cancel', {
      params: { path: { order_id: orderId } },
      body: values.reason === undefined ? {} : { reason: values.reason },
    }),
  );
  console.log(values.json ? JSON.stringify(order) : `${printable(order.order_id)} is ${order.status}.`);
  return 0;
}
