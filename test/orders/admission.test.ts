import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { makeAdmission } from '../../lib/orders/admission.ts';
import { type OrderLab, openOrderLab } from '../support/order-lab.ts';
import { waitUntil } from '../support/wait-until.ts';

let lab: OrderLab;
/** Milliseconds, of the container's clock. */
let now: number;
let admits: () => boolean;

beforeAll(async () => {
  lab = await openOrderLab();
});
beforeEach(async () => {
  await lab.psql.rows('TRUNCATE orders');
  lab.statements.length = 0;
  now = 0;
  const limits = { maxPendingAgeSeconds: 60, maxPendingPerOwner: undefined };
  const refusalFor = makeAdmission({ database: lab.database, logger: lab.logger, ...limits }, () => now);
  admits = () => refusalFor('') === undefined;
});
afterAll(() => lab.close());

const laterBy = (seconds: number) => {
  now += seconds * 1_000;
};
const makeBacklog = async () => {
  await lab.insert('old');
  await lab.psql.rows(`UPDATE orders SET created_at = now() - interval '2 minutes'`);
};
/** A container with a limit of one Pending order per owner. */
const limitingOwners = () => {
  const limits = { maxPendingAgeSeconds: undefined, maxPendingPerOwner: 1 };
  return makeAdmission({ database: lab.database, logger: lab.logger, ...limits }, () => now);
};
/** A container that has looked once, and has found the backlog. */
const close = async () => {
  await makeBacklog();
  expect(admits()).toBe(true);
  await waitUntil('it has found the backlog', () => !admits());
  expect(lab.statements).toHaveLength(1);
};

describe('admission', () => {
  test('admission rejects orders while its last check is valid', async () => {
    await close();
    await lab.psql.rows('TRUNCATE orders');

    laterBy(4.999);
    expect(admits()).toBe(false);
    expect(lab.statements).toHaveLength(1);
  });

  test('admission ignores a check of more than 10 seconds ago, because its container may have been frozen', async () => {
    await close();

    laterBy(10.001);
    expect(admits()).toBe(true);
    await waitUntil('it has found the backlog again', () => !admits());
  });

  test('admission checks every five seconds, whatever the load, and accepts orders when the backlog is gone', async () => {
    await close();
    await lab.psql.rows('TRUNCATE orders');

    laterBy(5);
    for (let requests = 0; requests < 100; requests += 1) admits();
    await waitUntil('it has found that the backlog is gone', () => admits());
    expect(lab.statements).toHaveLength(2);
  });

  test('containers share the check of the owners: one of them reads the orders, every five seconds', async () => {
    await lab.psql.rows('TRUNCATE busy_owners');
    const containers = [1, 2, 3].map(limitingOwners);
    const refusals = () => containers.map((refusalFor) => refusalFor(''));
    const reads = () => lab.statements.filter((sql) => sql.includes('FROM public.orders')).length;
    // The containers that did not read the orders see the result at their next look.
    const isShared = (owners: number) =>
      waitUntil(
        `the result with ${owners} owners is shared`,
        async () => (await lab.psql.value('SELECT cardinality(owners) FROM busy_owners')) === owners,
      );
    await lab.insert('one');

    refusals();
    await isShared(1);
    expect(reads()).toBe(1);
    laterBy(5);
    await waitUntil('all have found the owner', () => refusals().every((refusal) => refusal === 'owner-turned-away'));
    expect(reads()).toBe(1);

    await lab.psql.rows(`TRUNCATE orders; UPDATE busy_owners SET read_at = read_at - interval '5 seconds'`);
    laterBy(5);
    refusals();
    await isShared(0);
    laterBy(5);
    await waitUntil('all have found that it has no orders', () => refusals().every((refusal) => refusal === undefined));
    expect(reads()).toBe(2);
  });

  test('a shared result of more than 15 seconds ago is not used', async () => {
    await lab.psql.rows('TRUNCATE busy_owners');
    await lab.insert('one');
    const first = limitingOwners();
    first('');
    await waitUntil('it has found the owner', () => first('') === 'owner-turned-away');

    await lab.psql.rows(`UPDATE busy_owners SET found_at = found_at - interval '15 seconds'`);
    const second = limitingOwners();
    const looks = lab.statements.length;
    second('');
    await waitUntil('it has looked', () => lab.statements.length === looks + 2);
    expect(second('')).toBeUndefined();

    await lab.psql.rows('UPDATE busy_owners SET found_at = now()');
    laterBy(5);
    await waitUntil('it has found the owner, too', () => second('') === 'owner-turned-away');
  });

  test('admission accepts orders while the database does not respond', async () => {
    await close();
    await lab.psql.rows('ALTER TABLE orders RENAME TO elsewhere');
    try {
      laterBy(10.001);
      expect(admits()).toBe(true);
      await waitUntil('the look has failed', () =>
        lab.logger.entries.some(({ message }) => message === 'The age of the backlog could not be read'),
      );
      expect(admits()).toBe(true);
    } finally {
      await lab.psql.rows('ALTER TABLE elsewhere RENAME TO orders');
    }
  });
});
