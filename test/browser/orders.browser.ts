import { beforeAll, describe, expect, test } from '@jest/globals';
import { waitUntil } from '../support/wait-until.ts';
import { focused, openConsole } from './support/browser.ts';
import { ask, createOrder, newId, settle, withPsql } from './support/service.ts';

const USER = 77_001;
const [first, second, third] = [newId('listed'), newId('listed'), newId('listed')] as const;

beforeAll(async () => {
  await settle(first, USER);
  await settle(second, USER);
  await settle(third, 402);
});

const TABLE = { name: 'Orders, newest first' };

describe('the orders', () => {
  test('orders are listed newest first, with their fields', async () => {
    const page = await openConsole('#/orders');
    const row = page.getByRole('table', TABLE).getByRole('row').filter({ hasText: second });
    await row.waitFor();
    for (const text of ['Completed', String(USER), '1,234.50']) await row.getByText(text, { exact: true }).waitFor();
    const ids = await page.getByRole('table', TABLE).getByRole('link').allInnerTexts();
    expect(ids.slice(0, 3)).toEqual([third, second, first]);
  });

  test('orders are filtered by status and by user, and the address contains the filter', async () => {
    const page = await openConsole('#/orders');
    await page.getByLabel('Status').selectOption('Completed');
    await page.getByLabel('User id').fill(String(USER));
    await page.getByRole('button', { name: 'Filter' }).click();
    const links = page.getByRole('table', TABLE).getByRole('link');
    await waitUntil('two are left', async () => (await links.count()) === 2);
    expect(await links.allInnerTexts()).toEqual([second, first]);
    expect(page.url()).toContain(`#/orders?status=Completed&user_id=${USER}`);

    await page.reload();
    await waitUntil('the reloaded page has the same two', async () => (await links.count()) === 2);
    expect(await page.getByLabel('Status').inputValue()).toBe('Completed');
    await page.getByRole('link', { name: 'All orders' }).click();
    await page.getByText(third).waitFor();
  });

  test('orders are filtered by creation time', async () => {
    const page = await openConsole('#/orders');
    await page.getByLabel('Created to').fill('2020-01-01T12:00');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByText('No orders.').waitFor();
    await page.getByLabel('Created to').fill('');
    await page.getByLabel('Created from').fill('2020-01-01T12:00');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByText(third).waitFor();
  });

  test('an order is found by its id or the start of it, from any page, with the key /', async () => {
    const page = await openConsole('#/failures');
    await page.keyboard.press('/');
    const search = page.getByRole('searchbox', { name: 'Find an order' });
    expect(await focused(page)).toBe('Find an order');
    await page.keyboard.type(`${first} `);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: first, level: 1 }).waitFor();
    await page.getByText('Accepted').waitFor();

    await search.fill(second.slice(0, -2));
    await search.press('Enter');
    await page.getByRole('table', TABLE).getByRole('link', { name: second }).waitFor();
    expect(await page.getByLabel('Id starts with').inputValue()).toBe(second.slice(0, -2));
    // Within a field it is a character.
    await page.getByLabel('Id starts with').press('/');
    expect(await page.getByLabel('Id starts with').inputValue()).toContain('/');
  });

  test('an order id that does not exist is reported, with a way back', async () => {
    const page = await openConsole(`#/orders/${first.slice(0, -1)}`);
    await page.getByRole('alert').getByText('There is no order with this id.').waitFor();
    expect(await page.getByText('Journey').isVisible()).toBe(false);
    await page.getByRole('link', { name: 'Ids that start with this' }).click();
    await page.getByRole('table', TABLE).getByRole('link', { name: first }).waitFor();
  });

  test('all orders of a filter are redriven or cancelled, after a question that lists them', async () => {
    const user = 77_005;
    const ids = Array.from({ length: 3 }, () => newId('bulk'));
    await withPsql((psql) =>
      psql.rows(
        `INSERT INTO orders (order_id, user_id, item_ids, total_amount, status, due_at, owner)
         SELECT id, $2, '{}', 1, CASE n WHEN 1 THEN 'Pending' ELSE 'Failed' END,
                CASE n WHEN 1 THEN now() + interval '1 hour' END, 'test'
         FROM unnest($1::text[]) WITH ORDINALITY AS t(id, n)`,
        [ids, user],
      ),
    );
    const page = await openConsole(`#/orders?status=Failed&user_id=${user}`);
    await page.getByRole('button', { name: 'Redrive all…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Redrive 2 orders?' });
    for (const id of ids.slice(1)) await dialog.getByRole('link', { name: id }).waitFor();
    await dialog.getByRole('button', { name: 'Redrive them' }).click();
    await page.getByRole('status').getByText('2 of 2 orders redriven.').waitFor();

    await page.goto(`${page.url().split('#')[0]}#/orders?status=Pending&order_id_prefix=${ids[0]}`);
    await page.getByRole('button', { name: 'Cancel all…' }).click();
    await page.getByRole('dialog', { name: 'Cancel 1 order?' }).getByRole('button', { name: 'Cancel them' }).click();
    await page.getByRole('status').getByText('1 of 1 order cancelled.').waitFor();
    const { body } = await ask('GET', `/orders?user_id=${user}&status=Cancelled`);
    expect(body.orders).toMatchObject([{ order_id: ids[0] }]);
  });

  test('a bulk cancellation says how many orders are Cancelled now, and how many will be later', async () => {
    const ids = [newId('later'), newId('later')];
    await withPsql((psql) =>
      psql.rows(
        `INSERT INTO orders (order_id, user_id, item_ids, total_amount, due_at, owner)
         SELECT id, 77006, '{}', 1, now() + interval '1 hour', 'test' FROM unnest($1::text[]) AS id`,
        [ids],
      ),
    );
    const page = await openConsole('#/orders?status=Pending&user_id=77006');
    await page.getByRole('button', { name: 'Cancel all…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel 2 orders?' });
    await dialog.waitFor();
    // A worker claims one in the meantime.
    await withPsql((psql) =>
      psql.rows(
        `UPDATE orders SET status = 'Processing', token = token + 1, lease_until = now() + interval '1 hour'
         WHERE order_id = $1`,
        [ids[0]],
      ),
    );
    await dialog.getByRole('button', { name: 'Cancel them' }).click();
    await page.getByRole('status').getByText('1 of 2 orders cancelled. 1 will be Cancelled later.').waitFor();
    // The end of the attempt makes it Cancelled.
    await withPsql((psql) =>
      psql.rows(`UPDATE orders SET status = 'Failed', lease_until = NULL, due_at = NULL WHERE order_id = $1`, [ids[0]]),
    );
  });

  test('times are in the time zone of the computer or in UTC, and the page says which', async () => {
    const page = await openConsole('#/orders');
    const shown = page.getByRole('row').filter({ hasText: first }).getByRole('time');
    const iso = (await shown.getAttribute('datetime')) ?? '';
    await page.getByRole('button', { name: /^Times in / }).click();
    if (!(await page.getByRole('button', { name: 'Times in UTC' }).isVisible()))
      await page.getByRole('button', { name: /^Times in / }).click();
    await waitUntil('the time is in UTC', async () => (await shown.innerText()) === iso.slice(0, 19).replace('T', ' '));
    await page.reload();
    await page.getByRole('button', { name: 'Times in UTC' }).waitFor();
  });

  test.each(['user_id', 'created_from'])("an invalid %s in the filter shows the API's rule", async (name) => {
    const page = await openConsole(`#/orders?${name}=x`);
    await page.getByRole('alert').getByText('Some values are invalid.').waitFor();
    await page
      .getByRole('alert')
      .getByText(new RegExp(`^${name} must be`))
      .waitFor();
  });

  test('the list of orders continues beyond the first page', async () => {
    const user = 77_002;
    const ids = Array.from({ length: 30 }, () => newId('paged'));
    const orders = ids.map((order_id) => ({ order_id, user_id: user, item_ids: [], total_amount: 1 }));
    expect((await ask('POST', '/orders/batch', { orders })).status).toBe(207);

    const page = await openConsole(`#/orders?user_id=${user}`);
    const links = page.getByRole('table', TABLE).getByRole('link');
    await waitUntil('the first page is there', async () => (await links.count()) === 25);
    await page.getByRole('button', { name: 'Older orders' }).click();
    await waitUntil('all are there', async () => (await links.count()) === 30);
    expect(new Set(await links.allInnerTexts())).toEqual(new Set(ids));
    expect(await page.getByRole('button', { name: 'Older orders' }).isVisible()).toBe(false);
    await page.getByText('New orders do not appear while older ones are shown.').waitFor();
  });

  test('older pages of the list stay as they were read', async () => {
    const user = 77_004;
    const orders = Array.from({ length: 30 }, () => ({
      order_id: newId('read'),
      user_id: user,
      item_ids: [],
      total_amount: 1,
    }));
    expect((await ask('POST', '/orders/batch', { orders })).status).toBe(207);
    const page = await openConsole(`#/orders?user_id=${user}`, { ownClock: true });
    await page.getByRole('button', { name: 'Older orders' }).click();
    const links = page.getByRole('table', TABLE).getByRole('link');
    await waitUntil('all are there', async () => (await links.count()) === 30);

    let lists = 0;
    page.on('request', (request) => {
      if (request.url().includes('/orders?')) lists += 1;
    });
    await page.clock.runFor('00:30');
    await page.waitForLoadState('networkidle');
    expect(lists).toBe(0);
    expect(await links.count()).toBe(30);
  });

  test('an unchanged order keeps its row, with its selection', async () => {
    const settled = newId('settled');
    await settle(settled);
    const page = await openConsole('#/orders');
    const row = page.getByRole('table', TABLE).getByRole('row').filter({ hasText: settled });
    await row.evaluate((element) => Object.assign(element, { isTheSame: true }));
    const fresh = newId('fresh');
    await createOrder(fresh);
    await page.getByRole('link', { name: fresh, exact: true }).waitFor();
    expect(await row.evaluate((element) => 'isTheSame' in element)).toBe(true);
  });

  test('rare orders are found although the first pages of the API are empty', async () => {
    const user = 77_003;
    await withPsql((psql) =>
      psql.rows(
        `INSERT INTO orders (order_id, user_id, item_ids, total_amount, status, due_at, created_at)
         SELECT 'rare-' || n, $1, '{}', 1, CASE n WHEN 0 THEN 'Cancelled' ELSE 'Completed' END, NULL, now() - interval '1 day'
         FROM generate_series(0, 1500) AS n`,
        [user],
      ),
    );
    const page = await openConsole(`#/orders?user_id=${user}&status=Cancelled`);
    await page.getByRole('link', { name: 'rare-0', exact: true }).waitFor();
  });

  test('new orders appear automatically without moving the focus', async () => {
    const before = newId('before');
    await createOrder(before);
    const page = await openConsole('#/orders');
    await page.getByRole('link', { name: before, exact: true }).focus();
    const fresh = newId('fresh');
    await createOrder(fresh);
    await page.getByRole('link', { name: fresh, exact: true }).waitFor();
    expect(await focused(page)).toBe(before);
  });
});
