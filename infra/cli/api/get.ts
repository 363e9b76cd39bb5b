import { parseArgs } from 'node:util';
import { UsageError } from '../usage-error.ts';
import { ask, connectStage, STAGE_HELP, STAGE_OPTIONS } from './stage.ts';
import { orderSheet } from './table.ts';

const HELP = `npm run orders -- get <order id>

${STAGE_HELP}

Example
  npm run orders -- get ORD-1`;

/** `npm run orders -- get`: one order. */
export async function get(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: STAGE_OPTIONS });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [orderId, ...more] = positionals;
  if (orderId === undefined || more.length > 0) throw new UsageError(`Say which order.\n\n${HELP}`);
  const stage = connectStage(values);
  const order = await ask(stage, stage.client.GET('/orders/{order_id}', { params: { path: { order_id: orderId } } }));
  console.log(values.json ? JSON.stringify(order) : orderSheet(order));
  return 0;
}
