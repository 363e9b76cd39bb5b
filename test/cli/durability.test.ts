import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { durability } from '../../cli/doctor/durability.ts';
import { type OrderLab, openOrderLab } from '../support/order-lab.ts';

let lab: OrderLab;

beforeAll(async () => {
  lab = await openOrderLab();
});
afterAll(() => lab.close());

const problems = async () => (await durability(lab.database).find()).map(({ problem }) => problem);

// The server of the tests is started with both off.
test('doctor warns about a Postgres that does not wait for the disk, or that can tear pages', async () => {
  expect(await problems()).toEqual([
    expect.stringMatching(/^fsync is off \(source: command line\): .*turn it on$/),
    expect.stringMatching(/^full_page_writes is off \(source: command line\): .*turn it on$/),
  ]);
});

test('doctor does not warn about full_page_writes on Aurora, which does not write pages', async () => {
  await lab.psql.rows(`CREATE FUNCTION aurora_version() RETURNS text LANGUAGE sql AS $$ SELECT '17.5' $$`);
  const found = await problems();
  await lab.psql.rows('DROP FUNCTION aurora_version()');
  expect(found).toEqual([expect.stringContaining('fsync')]);
});
