import { command } from '../../infra/command.ts';
import { printable, printableJson } from '../../infra/printable.ts';
import { jsonArgument } from './json-argument.ts';
import { ask, connectStage, ORDER_OPTIONS, paramsOf } from './stage.ts';

export const amend = command({
  name: 'orders amend',
  usage: ['<order id> <JSON> [--owner OWNER]'],
  does: 'Changes values of a Pending order. To remove an optional value, set it to null.',
  options: ORDER_OPTIONS,
  positionals: { name: 'order id, then values as JSON', min: 2, max: 2 },
  examples: [`npm run orders -- amend ORD-1 '{"total_amount":"18.99","process_after":null}'`],
  async run(values, [orderId = '', text = '']) {
    const problem = `"${text}" is not JSON. The values must look like '{"total_amount":"18.99"}'.`;
    const body = jsonArgument<Record<string, never>>(text, problem);
    const stage = connectStage(values);
    const params = paramsOf(orderId, values);
    const asking = stage.client.GET('/orders/{order_id}', { params });
    await ask(stage, asking, orderId);
    // A proxy that compresses the response makes the ETag weak, and a weak one never matches.
    const header = { 'If-Match': (await asking).response.headers.get('ETag')?.replace(/^W\//, '') ?? '' };
    const changing = stage.client.PATCH('/orders/{order_id}', { params: { ...params, header }, body });
    const order = await ask(stage, changing, orderId);
    console.log(values.json ? printableJson(order) : `${printable(order.order_id)} was changed.`);
  },
});
