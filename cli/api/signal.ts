import { command } from '../../infra/command.ts';
import { printable, printableJson } from '../../infra/printable.ts';
import { jsonArgument } from './json-argument.ts';
import { ask, connectStage, ORDER_OPTIONS, paramsOf } from './stage.ts';

export const signal = command({
  name: 'orders signal',
  usage: ['<order id> <name> [--payload JSON] [--owner OWNER]'],
  does: `Sends a signal to an order whose processor waits for it, or will. Each name counts once: repeating the same signal changes
nothing, and one with another payload is rejected.`,
  options: {
    payload: { type: 'string', value: 'JSON', help: 'what the processor gets, such as {"parcel":7}; null by default' },
    ...ORDER_OPTIONS,
  },
  positionals: { name: 'order id, then name of the signal', min: 2, max: 2 },
  examples: [`npm run orders -- signal ORD-1 shipped --payload '{"parcel":7}'`],
  async run(values, [orderId = '', name = '']) {
    const { payload = 'null' } = values;
    const problem = `--payload must be JSON, such as '{"parcel":7}' or '"yes"', not ${printable(payload)}.`;
    const body = jsonArgument(payload, problem);
    const stage = connectStage(values);
    const { path, ...rest } = paramsOf(orderId, values);
    const params = { path: { ...path, name }, ...rest };
    const asking = stage.client.POST('/orders/{order_id}/signals/{name}', { params, body });
    const result = await ask(stage, asking, orderId);
    const was = result.outcome === 'stored' ? 'has' : 'had already';
    const message = `${printable(result.order_id)} ${was} the signal ${printable(result.name)}.`;
    console.log(values.json ? printableJson(result) : message);
  },
});
