import { expect, test } from '@jest/globals';
import { migrate } from '../../lib/database/migrate.ts';
import { listOrders } from '../../lib/orders/sql/list-orders.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import { CLUSTER, openDataApiLab } from '../support/data-api.ts';
import { createEncodedDatabase } from '../support/database.ts';
import { OLD_SCHEMA } from '../support/old-schema.ts';
import { connectPsql } from '../support/psql.ts';

/** Milliseconds: every statement of every migration is an HTTP request here. */
const IMPORT_MS = 60_000;

test.each([
  ['LATIN1', ['Größe', 'Grün']],
  ['EUC_JIS_2004', ['日本', '注文']],
  ['SQL_ASCII', ['Größe', '日本']],
])(
  'an old database in %s is imported over the Data API, and its orders can be listed and read',
  async (encoding, ids) => {
    const old = await createEncodedDatabase(encoding);
    const psql = await connectPsql(old.url);
    const lab = await openDataApiLab(old.url);
    try {
      await psql.rows(OLD_SCHEMA);
      for (const id of ids)
        await psql.rows(`INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ($1, 1, '{1}', 9.5)`, [
          id,
        ]);

      await migrate(
        {
          DATABASE_DRIVER: 'data-api',
          DATABASE_RESOURCE_ARN: CLUSTER.resourceArn,
          DATABASE_SECRET_ARN: CLUSTER.secretArn,
          DATABASE_NAME: lab.databaseName,
        },
        () => undefined,
      );

      const { orders } = await listOrders(lab.database, { owner: null }, null, 10);
      expect(orders.map(({ orderId }) => orderId).sort()).toEqual([...ids].sort());
      for (const id of ids)
        expect(await readOrder(lab.database, id, null)).toMatchObject({ orderId: id, totalAmount: '9.5' });
      expect(await readOrder(lab.database, '🛒', null)).toBeUndefined();
    } finally {
      await lab.close();
      await psql.end();
      await old.drop();
    }
  },
  IMPORT_MS,
);
