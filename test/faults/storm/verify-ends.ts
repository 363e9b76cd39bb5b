import type { Psql } from '../../support/psql.ts';
import type { Followed } from './followers.ts';

const isAccepted = ({ status }: Followed) => status === 200 || status === 202;

/** Orders whose end is not that of their kind, in words. The timeout of a wait may win whatever the kind. */
export async function findMisended(psql: Psql, responses: readonly Followed[]): Promise<string[]> {
  const rows = await psql.rows<{ order_id: string; is: string }>(
    `SELECT order_id, concat_ws(': ', status, reason_code) AS "is" FROM orders
     WHERE status IN ('Completed', 'Failed', 'Cancelled') AND NOT CASE
       WHEN order_id LIKE 'waits%' AND status = 'Failed' AND reason_code = 'signal_timeout' THEN NOT order_id = ANY($1::text[])
       WHEN order_id LIKE 'waits then is refused%' THEN status = 'Failed' AND reason_code = 'refused'
       WHEN order_id LIKE 'waits until cancelled%' THEN status = 'Cancelled'
       WHEN order_id LIKE 'waits in vain%' THEN false
       ELSE status = 'Completed' END`,
    [responses.filter(isAccepted).map(({ orderId }) => orderId)],
  );
  return rows.map((row) => `${row.order_id} is ${row.is}`);
}

/** Signals whose responses contradict what was stored, in words: exactly one payload wins, or the timeout. */
export async function findSignalFaults(psql: Psql, responses: readonly Followed[]): Promise<string[]> {
  const rows = await psql.rows<{ order_id: string; payload: string | null }>(
    'SELECT order_id, payload FROM order_signals',
  );
  const stored = new Map(rows.map(({ order_id, payload }) => [order_id, payload]));
  return responses
    .filter(({ what }) => what === 'signal')
    .flatMap((response) => {
      const { orderId, payload, status } = response;
      const wins = stored.get(orderId) === String(payload);
      return wins === isAccepted(response)
        ? []
        : [`signal ${payload} of ${orderId} got ${status}, stored is ${stored.get(orderId)}`];
    });
}
