import { expect, test } from '@jest/globals';
import { anOrder, FaultLab, LAB_TIMING, type LabApi } from './stack/lab.ts';
import { limitPostgres } from './stack/postgres-limits.ts';

async function withLab(limits: Parameters<typeof limitPostgres>[2], use: (lab: FaultLab) => Promise<void>) {
  const lab = await FaultLab.open({
    timing: LAB_TIMING,
    postgres: (installation, directory) => limitPostgres(installation, directory, limits),
  });
  try {
    await use(lab);
    expect(await lab.wrongs()).toEqual([]);
  } finally {
    await lab.close();
  }
}

test('16: of 1,000 simultaneous posts with 20 Postgres connections, each gets 202 or 503, and every order with a 202 is kept', () =>
  withLab({ settings: { max_connections: 20 } }, async (lab) => {
    // More connections are requested than exist: three processes with ten each, and the worker's.
    const apis = await Promise.all([lab.api(), lab.api(), lab.api()]);
    const orders = Array.from({ length: 1_000 }, () => anOrder());

    const answers = await Promise.all(
      orders.map(async (order, n) => ({ order, ...(await (apis[n % 3] as LabApi).post(order)) })),
    );

    for (const { status } of answers) expect([202, 503]).toContain(status);
    const accepted = answers.filter(({ status }) => status === 202).map(({ order }) => order.order_id);
    expect(accepted.length).toBeGreaterThan(0);
    await lab.worker();
    await lab.allAre('Completed', accepted);
  }));

/**
 * A disk that is full for the tables: a file of Postgres cannot grow past 16 MB, the size of a segment of its log, so the
 * log still works. To Postgres this limit of the operating system is a failed write, as a full disk is (it ignores
 * SIGXFSZ for this purpose), and it does not need a separate file system.
 */
const FULL_DISK = { lines: ['ulimit -S -f 32768'] };

const FILL = `
  INSERT INTO orders (order_id, user_id, item_ids, total_amount, status, due_at, reason)
  SELECT 'ballast ' || gen_random_uuid(), 1, '{1}', 1, 'Completed', NULL, repeat('x', $2)
  FROM generate_series(1, $1)`;

/** A thousand rows at a time: the deleted rows of one statement, for its triggers, must fit into one file, too. */
const EMPTY = `
  DELETE FROM orders
  WHERE order_id IN (SELECT order_id FROM orders WHERE order_id LIKE 'ballast %' LIMIT 1000)
  RETURNING order_id`;

/** Fills the table until not even a small order fits. */
async function fillUp(lab: FaultLab): Promise<void> {
  for (const [rows, size] of [
    [500, 1_800],
    [10, 1_800],
    [10, 10],
    [1, 1],
  ])
    while (await lab.rows(FILL, [rows, size]).then(() => true, isDiskFull));
}

function isDiskFull(error: Error): false {
  if (!error.message.includes('File too large')) throw error;
  return false;
}

test('19: while the disk is full, POST returns 503 and accepted orders are kept; with space again nothing is missing', () =>
  withLab(FULL_DISK, async (lab) => {
    const api = await lab.api();
    const before = Array.from({ length: 20 }, () => anOrder());
    for (const order of before) expect((await api.post(order)).status).toBe(202);
    await fillUp(lab);

    const refused = anOrder();
    expect((await api.post(refused)).status).toBe(503);
    expect(await lab.statusOf(refused.order_id)).toBeUndefined();
    await lab.worker();
    await lab.until('the worker has met the full disk as well', () => lab.output.includes('File too large'));

    while ((await lab.rows(EMPTY)).length > 0);
    await lab.rows('VACUUM orders');
    const after = anOrder();
    await lab.until('orders are taken again', async () => (await api.post(after)).status !== 503);
    await lab.allAre(
      'Completed',
      [...before, after].map(({ order_id }) => order_id),
    );
  }));
