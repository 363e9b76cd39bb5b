import type { Order } from '../../client/index.ts';
import { command } from '../../infra/command.ts';
import { printable, printableJson } from '../../infra/printable.ts';
import { ask, connectStage, ORDER_OPTIONS, paramsOf } from './stage.ts';

export const cancel = command({
  name: 'orders cancel',
  usage: ['<order id> [--owner OWNER] [--reason TEXT]'],
  does: 'Cancels an order. One that is being processed, or has steps to undo, is Cancelled later.',
  options: {
    reason: { type: 'string', value: 'TEXT', help: 'why, for the history of the order' },
    ...ORDER_OPTIONS,
  },
  positionals: { name: 'order id', min: 1, max: 1 },
  examples: ['npm run orders -- cancel ORD-1 --reason "the customer called"'],
  async run(values, [orderId = '']) {
    const stage = connectStage(values);
    const params = paramsOf(orderId, values);
    const body = values.reason === undefined ? {} : { reason: values.reason };
    const order = await ask(stage, stage.client.POST('/orders/{order_id}/cancel', { params, body }), orderId);
    console.log(values.json ? printableJson(order) : describe(order));
  },
});

function describe({
  order_id: orderId,
  status,
  ends_as: endsAs,
}: Pick<Order, 'order_id' | 'status' | 'ends_as'>): string {
  const later = endsAs ? 'It is Cancelled once its steps are undone' : 'It stops after the step that is running';
  return `${printable(orderId)} is ${status}.${status === 'Cancelled' ? '' : ` ${later}.`}`;
}
