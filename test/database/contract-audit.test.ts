import { describe, expect, test } from '@jest/globals';
import { insertApiKey } from '../../lib/auth/sql/insert-api-key.ts';
import { revokeApiKey } from '../../lib/auth/sql/revoke-api-key.ts';
import type { Database } from '../../lib/database/database.ts';
import { orderKey } from '../../lib/order-key.ts';
import { setProcessing } from '../../lib/orders/processing.ts';
import { type AuditFilter, readAudit } from '../../lib/orders/sql/read-audit.ts';
import { DRIVERS } from '../support/contract.ts';
import { beforeEachTest, type UseCases } from '../support/contract-use-cases.ts';
import { verdictOn } from '../support/order-lab.ts';

describe.each(DRIVERS)('the audit over $name', ({ open }) => {
  let database: Database;
  let cases: UseCases;
  beforeEachTest(open, (fresh) => {
    ({ database, cases } = fresh);
  });

  const read = (filter: Partial<AuditFilter> = {}, limit = 10) =>
    readAudit(database, { action: null, owner: null, before: null, ...filter }, limit);

  const NOTHING_ELSE = { owner: null, target: null, orders: null, details: {}, reason: null };
  const entry = (values: object) => ({ entry: expect.any(Number), at: expect.any(Date), ...NOTHING_ELSE, ...values });

  test('a pause and a resume are audited once, and a change of nothing is not', async () => {
    const change = { actor: 'ada', reason: 'why "☂"' };
    for (const paused of [false, true, true, false]) await setProcessing(cases.shared, paused, change);
    expect(await read()).toEqual([
      entry({ ...change, action: 'processing.resumed' }),
      entry({ ...change, action: 'processing.paused' }),
    ]);
  });

  test('redrives are audited with the number of orders, the order if there is one, and the owner if there is one', async () => {
    await cases.insert('a', 'b', 'c');
    await database.query(`UPDATE public.orders SET owner = 'shop' WHERE order_id <> 'c'`);
    const { claims } = await cases.claim(['c', ...['a', 'b'].map((orderId) => orderKey({ orderId, owner: 'shop' }))]);
    await cases.finish(...claims.map((each) => verdictOn(each, { status: 'Failed', reasonCode: 'no' })));
    await cases.redrive({ dryRun: true });
    await cases.redrive({ reasonCode: 'another' });
    expect(await read()).toEqual([]);

    await cases.redrive({ orderIds: ['a'], owner: 'shop', newRun: true });
    await cases.redrive({ reasonCode: 'no' });
    const redriven = { actor: 'operator', action: 'orders.redriven', reason: 'mended' };
    expect(await read()).toEqual([
      entry({ ...redriven, orders: 2, details: { reason_code: 'no' } }),
      entry({ ...redriven, owner: 'shop', target: 'a', orders: 1, details: { new_run: true } }),
    ]);
  });

  test('keys are audited when they are created and revoked, without their secrets', async () => {
    const key = { owner: 'shop', name: 'web', scopes: ['orders:read'], expiresInDays: null, sha256: 'ab'.repeat(32) };
    const { id } = await insertApiKey(database, { ...key, createdBy: 'ada' });
    for (const operator of ['grace', 'too late']) await revokeApiKey(database, id, operator);
    await revokeApiKey(database, 999_999, 'nobody');
    const about = { owner: 'shop', target: String(id) };
    expect(await read({ owner: 'shop' })).toEqual([
      entry({ ...about, actor: 'operator grace', action: 'key.revoked', details: { name: 'web' } }),
      entry({
        ...about,
        actor: 'operator ada',
        action: 'key.created',
        details: { name: 'web', scopes: ['orders:read'], expires_at: null },
      }),
    ]);
  });

  test('the audit is read page by page, by action and by owner', async () => {
    for (const paused of [true, false, true]) await setProcessing(cases.shared, paused, { actor: 'ada', reason: null });
    const all = await read();
    expect(all).toHaveLength(3);
    expect(await read({}, 2)).toEqual(all.slice(0, 2));
    expect(await read({ before: all[1]?.entry ?? 0 })).toEqual(all.slice(2));
    expect(await read({ action: 'processing.resumed' })).toEqual(all.slice(1, 2));
    expect(await read({ owner: 'shop' })).toEqual([]);
  });
});
