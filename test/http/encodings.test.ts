import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { migrate } from '../../lib/database/migrate.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { listOrders } from '../../lib/orders/sql/list-orders.ts';
import { PermanentFailure, type ProcessorOrder } from '../../lib/processors/processor.ts';
import { createEncodedDatabase, type TestDatabase } from '../support/database.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { openOrderLab } from '../support/order-lab.ts';
import { connectPsql } from '../support/psql.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { refusal } from '../support/refusal.ts';

const anOrder = (orderId: string) => ({ order_id: orderId, user_id: 1, item_ids: [1], total_amount: 1 });

async function migrated(encoding: string): Promise<TestDatabase> {
  const database = await createEncodedDatabase(encoding);
  await migrate({ DATABASE_URL: database.url }, () => undefined);
  return database;
}

describe('on a LATIN1 database', () => {
  let latin1: TestDatabase;
  let service: Functions;
  beforeAll(async () => {
    latin1 = await migrated('LATIN1');
    service = await loadFunctions({ via: async () => latin1.url });
    await service.post(anOrder('Grün'));
  });
  afterAll(async () => {
    await service?.close();
    await latin1?.drop();
  });

  test('a LATIN1 database stores and returns an order with an id in Latin-1', async () => {
    expect((await service.post(anOrder('Größe'))).status).toBe(202);
    expect((await service.getOrder('Größe')).body).toMatchObject({ order_id: 'Größe', status: 'Pending' });
  });

  test('a LATIN1 database does not find an id that it cannot store', async () => {
    const notFound = refusal('order_not_found', 'Order not found');
    expect((await service.getOrder('5 €')).body).toEqual(notFound);
    expect((await service.getHistory('5 €')).body).toEqual(notFound);
  });

  test('a message with an id that it cannot hold fails no other of its batch', async () => {
    const lab = await forThisTest(openOrderLab({ url: latin1.url }));
    await lab.insert('one', 'two');
    expect(await lab.process(['one', '5 €', 'two'])).toEqual(expect.arrayContaining(['one', 'two']));
    expect(await lab.psql.rows(`SELECT order_id FROM orders WHERE status = 'Completed' ORDER BY 1`)).toEqual([
      { order_id: 'one' },
      { order_id: 'two' },
    ]);
  });

  test('a reason that a LATIN1 database cannot store is stored in ASCII, and the reasons of other orders as they are', async () => {
    const lab = await forThisTest(openOrderLab({ url: latin1.url }));
    const reasons: Record<string, string> = { euro: '5 € für 😀\nzu wenig', latin: '5 £ für\nzu wenig' };
    await lab.insert('euro', 'latin', 'code', 'retried');
    const processor = async ({ orderId }: ProcessorOrder) => {
      if (orderId === 'retried') throw new Error('später: €');
      throw new PermanentFailure(orderId === 'code' ? 'nö€' : 'declined', reasons[orderId] ?? 'no');
    };
    expect(await lab.process(['euro', 'latin', 'code', 'retried'], { processor })).toHaveLength(4);
    expect(await lab.row('euro')).toMatchObject({ status: 'Failed', reason: '5 ? f?r ?\nzu wenig', crashes: 0 });
    expect(await lab.row('latin')).toMatchObject({ status: 'Failed', reason: reasons.latin });
    expect(await lab.row('code')).toMatchObject({ status: 'Failed', reasonCode: 'n??', reason: 'no' });
    expect(await lab.row('retried')).toMatchObject({ status: 'Pending', attempts: 1, reason: 'sp?ter: ?' });
  });

  test('a LATIN1 database does not prevent that a dead letter whose text it cannot store is deleted', async () => {
    const sqs = new SQSClient({});
    const message = { QueueUrl: service.deadLetterQueueUrl, MessageBody: 'costs 5 €' };
    const { MessageId: id = '' } = await sqs.send(new SendMessageCommand(message));
    sqs.destroy();
    const deleted = await service.ask('deleteDeadLetters', { body: { message_ids: [id] } });
    expect(deleted).toMatchObject({ status: 200, body: { message_ids: [id] } });
    expect((await service.ask('listAudit')).body.audit).toMatchObject([
      { details: { messages: [{ message_id: id, body: 'costs 5 ?' }] } },
    ]);
  });

  const reason = 'contains a character that the encoding of the database cannot store';

  test('a LATIN1 database rejects an order that it cannot store, with the reason, and not the others of a batch', async () => {
    const { status, body } = await service.post(anOrder('5 €'));
    expect(status).toBe(400);
    expect(body).toMatchObject({ message: 'Validation Error', errors: [{ path: '', message: reason }] });

    const batch = await service.ask('createOrders', { body: { orders: ['a', '6 €', 'b'].map(anOrder) } });
    expect(batch.text).toContain(reason);
    for (const id of ['a', 'b']) expect((await service.getOrder(id)).status).toBe(200);
  });

  test.each(['cancelOrder', 'redriveOrder'] as const)(
    '%s rejects text that a LATIN1 database cannot store',
    async (name) => {
      const { status, body } = await service.ask(name, { orderId: 'Grün', body: { reason: '5 €' } });
      expect(status).toBe(400);
      expect(body).toMatchObject({ errors: [{ path: '', message: reason }] });
      expect((await service.ask(name, { orderId: '5 €', body: {} })).status).toBe(400);
      expect((await service.getOrder('Grün')).body.status).toBe('Pending');
    },
  );
});

describe('on an SQL_ASCII database', () => {
  let ascii: TestDatabase;
  beforeAll(async () => {
    ascii = await migrated('SQL_ASCII');
  });
  afterAll(() => ascii?.drop());

  test('an SQL_ASCII database lists orders with an id that is not UTF-8, and returns UTF-8 unchanged', async () => {
    const psql = await connectPsql(ascii.url);
    await psql.rows(`INSERT INTO orders (order_id, user_id, item_ids, total_amount, created_at) VALUES
      (convert_from('\\x4772fc6e', 'SQL_ASCII'), 1, '{}', 1, now()), ('Grün €', 1, '{}', 1, now() - interval '1 s')`);
    await psql.end();
    const limits = { poolSize: 1, statementTimeoutMs: 10_000, connectTimeoutMs: 10_000 };
    const database = connectPg({ url: ascii.url, ...limits, logger: recordingLogger() });
    try {
      const { orders } = await listOrders(database, { owner: null }, null, 10);
      expect(orders.map(({ orderId }) => orderId)).toEqual(['Gr\ufffdn', 'Grün €']);
    } finally {
      await database.close();
    }
  });
});
