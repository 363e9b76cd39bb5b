import { command } from '../../infra/command.ts';
import { printableJson } from '../../infra/printable.ts';
import { ask, connectStage, ORDER_OPTIONS, paramsOf } from './stage.ts';
import { orderSheet } from './table.ts';

export const get = command({
  name: 'orders get',
  usage: ['<order id> [--owner OWNER]'],
  does: 'Prints everything that is known about one order.',
  options: ORDER_OPTIONS,
  positionals: { name: 'order id', min: 1, max: 1 },
  examples: ['npm run orders -- get ORD-1'],
  async run(values, [orderId = '']) {
    const stage = connectStage(values);
    const params = paramsOf(orderId, values);
    const order = await ask(stage, stage.client.GET('/orders/{order_id}', { params }), orderId);
    console.log(values.json ? printableJson(order) : orderSheet(order));
  },
});
