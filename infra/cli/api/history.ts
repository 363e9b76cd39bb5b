import { parseArgs } from 'node:util';
import { UsageError } from '../usage-error.ts';
import { ask, connectStage, STAGE_HELP, STAGE_OPTIONS } from './stage.ts';
import { table } from './table.ts';

const HELP = `npm run orders -- history <order id>

Every move of an order: when, from where to where, which try, by whom and why.

${STAGE_HELP}

Example
  npm run orders -- history ORD-1`;

/** `npm run orders -- history`: the journey of one order. */
export async function history(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: STAGE_OPTIONS });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [orderId, ...more] = positionals;
  if (orderId === undefined || more.length > 0) throw new UsageError(`Say of which order.\n\n${HELP}`);
  const stage = connectStage(values);
  const params = { path: { order_id: orderId } };
  const journey = await ask(stage, stage.client.GET('/orders/{order_id}/history', { params }));
  if (values.json) {
    console.log(JSON.stringify(journey));
    return 0;
  }
  const rows = journey.history.map(({ at, from, to, attempt, actor, reason_code, reason }) => [
    at,
    from ? `${from} → ${to}` : to,
    String(attempt),
    actor,
    [reason_code, reason].filter((part) => part !== null).join(': '),
  ]);
  console.log(table(['AT', 'MOVE', 'TRY', 'ACTOR', 'REASON'], rows));
  return 0;
}
