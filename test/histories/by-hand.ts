import type { IllegalWrite } from './steps.ts';
import type { World } from './world.ts';

/** None of them may change a row: Postgres refuses them, or there is no order that they are about. */
const ILLEGAL_SQL: Readonly<Record<IllegalWrite, string>> = {
  'lower token': 'UPDATE orders SET token = token - 1 WHERE order_id = $1',
  'toggle due date': 'UPDATE orders SET due_at = CASE WHEN due_at IS NULL THEN now() END WHERE order_id = $1',
  'complete unheld': `UPDATE orders SET status = 'Completed', due_at = NULL, lease_until = NULL
                      WHERE order_id = $1 AND status IN ('Pending', 'Waiting', 'Failed', 'Cancelled')`,
  'reopen finished': `UPDATE orders SET status = 'Pending', due_at = now()
                      WHERE order_id = $1 AND status IN ('Completed', 'Cancelled')`,
};

/** check_violation (PostgreSQL, appendix A). */
const REFUSED = '23514';

/** An operator cancels an order by SQL. Postgres lets them if it is Pending or Waiting, and in no other state. */
export async function cancel(world: World, orderId: string): Promise<boolean> {
  const sql = `UPDATE orders SET status = 'Cancelled', due_at = NULL, finished_at = now()
               WHERE order_id = $1 AND status <> 'Cancelled' RETURNING order_id`;
  const status = (await world.orders()).find((order) => order.orderId === orderId)?.status;
  if (status === undefined || status === 'Cancelled') return false;
  world.did('cancel by SQL', orderId);
  const isDone = await write(world, sql, orderId);
  if (isDone !== (status === 'Pending' || status === 'Waiting'))
    world.fail([`Postgres let an operator cancel ${orderId}, which was ${status}`]);
  return true;
}

/** An operator's mistake. */
export async function writeIllegally(world: World, orderId: string, how: IllegalWrite): Promise<boolean> {
  world.did('write illegally', `${orderId}, ${how}`);
  if (await write(world, `${ILLEGAL_SQL[how]} RETURNING order_id`, orderId))
    world.fail([`Postgres let an operator ${how} of ${orderId}`]);
  return true;
}

/** Whether it changed the order. */
async function write(world: World, sql: string, orderId: string): Promise<boolean> {
  try {
    return (await world.lab.operator.rows(sql, [orderId])).length > 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === REFUSED) return false;
    throw error;
  }
}
