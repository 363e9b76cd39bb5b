import { command } from '../../infra/command.ts';
import { printableJson } from '../../infra/printable.ts';
import { ask, connectStage, ORDER_OPTIONS, paramsOf } from './stage.ts';
import { table } from './table.ts';

export const history = command({
  name: 'orders history',
  usage: ['<order id> [--owner OWNER]'],
  does: 'Prints every state transition of an order: when, from and to which state, in which attempt, by whom and why.',
  options: ORDER_OPTIONS,
  positionals: { name: 'order id', min: 1, max: 1 },
  examples: ['npm run orders -- history ORD-1'],
  async run(values, [orderId = '']) {
    const stage = connectStage(values);
    const params = paramsOf(orderId, values);
    const journey = await ask(stage, stage.client.GET('/orders/{order_id}/history', { params }), orderId);
    if (values.json) return console.log(printableJson(journey));
    const rows = journey.history.map(({ at, from, to, attempt, actor, reason_code, reason }) => [
      at,
      from ? `${from} → ${to}` : to,
      String(attempt),
      actor,
      [reason_code, reason].filter((part) => part !== null).join(': '),
    ]);
    console.log(table(['AT', 'MOVE', 'ATTEMPT', 'ACTOR', 'REASON'], rows));
  },
});
