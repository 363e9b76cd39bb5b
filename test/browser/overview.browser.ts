import { describe, expect, test } from '@jest/globals';
import { waitUntil } from '../support/wait-until.ts';
import { openConsole } from './support/browser.ts';
import { ask, createOrder, newId, setProcessing, settle, withPsql } from './support/service.ts';

type Counts = Record<string, number>;

async function countsOfApi(): Promise<Counts> {
  const { body } = await ask('GET', '/metrics');
  return (body.data as { status_counts: Counts }).status_counts;
}

describe('the overview', () => {
  test('the overview counts orders by status, and keeps counting', async () => {
    const page = await openConsole();
    const tiles = page.getByRole('list', { name: 'Orders by status' });
    const shown = async () => {
      const texts = await tiles.getByRole('link').allInnerTexts();
      return Object.fromEntries(
        texts.map((text) => text.split(/\s+/).reverse()).map(([name, n]) => [name, Number(n?.replaceAll(',', ''))]),
      );
    };
    await tiles.getByRole('link').first().waitFor();
    const before = (await countsOfApi()).Completed ?? 0;
    await settle(newId('counted'));
    await settle(newId('counted'), 402);
    await waitUntil('the new orders are counted', async () => ((await shown()).Completed ?? 0) > before);
    await waitUntil('all is as the API says', async () => {
      const counts = await countsOfApi();
      return JSON.stringify(await shown()) === JSON.stringify(counts);
    });
  });

  test('the overview links from a count to its orders', async () => {
    await settle(newId('failed'), 402);
    const page = await openConsole();
    await page.getByRole('link', { name: /Failed/ }).click();
    await page.getByRole('heading', { name: 'Orders', level: 1 }).waitFor();
    const table = page.getByRole('table', { name: 'Orders, newest first' });
    await table.getByText('Failed').first().waitFor();
    expect(await table.getByText('Completed').count()).toBe(0);
  });

  test('the overview shows the activity of each minute, as a picture and as a table', async () => {
    await settle(newId('charted'));
    const page = await openConsole();
    const picture = page.getByRole('img', { name: /^Orders per minute\. accepted: [1-9]/ });
    await picture.waitFor();
    expect(await picture.locator('rect.Completed').count()).toBeGreaterThan(0);

    const chart = page.getByRole('figure').filter({ hasText: 'Orders per minute' });
    await chart.getByText('As a table').click();
    await chart.getByRole('columnheader', { name: 'completed' }).waitFor();
    expect(await chart.getByRole('row').count()).toBe(61);
    const completed = await chart.getByRole('row').locator('td:nth-child(3)').allInnerTexts();
    expect(completed.some((text) => Number(text) > 0)).toBe(true);
  });

  test('the overview shows how long processing takes, per minute and over the hour', async () => {
    await settle(newId('timed'));
    const page = await openConsole();
    const chart = page.getByRole('figure').filter({ hasText: 'Processing time' });
    await chart
      .getByRole('listitem')
      .filter({ hasText: /mean \d+ ms/ })
      .waitFor();
    await chart.locator('path.Processing').first().waitFor({ state: 'attached' });
    await page.getByText('95th percentile').first().waitFor();
  });

  test.each([
    ['ends a minute early when the last value falls, since that minute is not over', [5, 6, 3], 2],
    ['goes to the last minute when its value does not fall', [5, 6, 7], 3],
  ])('a line of a chart %s', async (_, values, points) => {
    const page = await openConsole();
    const path = await page.evaluate(`import('/console/chart.js').then(({ makeChart }) => {
      const chart = makeChart('A chart', String);
      document.body.append(chart.element);
      const values = ${JSON.stringify(values)};
      chart.show(values.map((_, n) => new Date(n * 60_000)), [{ name: 'x', colour: 'x', kind: 'line', values, overall: 1 }]);
      return chart.element.querySelector('path.x').getAttribute('d');
    })`);
    const places = String(path).match(/[\d.]+(?= )/g);
    expect(new Set(places).size).toBe(points);
  });

  test('the overview sends no requests once the user has left it', async () => {
    const page = await openConsole('#/orders');
    await page.getByRole('table').waitFor();
    // Held back, so that it is still under way when the view is left.
    await page.route('**/metrics?**', () => undefined);
    const asked = page.waitForEvent('request', (request) => request.url().includes('/metrics?'));
    await page.goto(`${page.url().split('#')[0]}#/`);
    const request = await asked;
    const aborted = page.waitForEvent('requestfailed', (failed) => failed === request);
    await page.goto(`${page.url().split('#')[0]}#/orders`);
    expect((await aborted).failure()?.errorText).toContain('ABORTED');
  });

  test('a chart describes the minute under the pointer', async () => {
    await settle(newId('pointed'));
    const page = await openConsole();
    const chart = page.getByRole('figure').filter({ hasText: 'Orders per minute' });
    await chart.getByText('last 60 minutes').waitFor();
    await chart.getByRole('img').hover();
    await chart.getByText(/^minute \d\d:\d\d$/).waitFor();
    await page.mouse.move(0, 0);
    await chart.getByText('last 60 minutes').waitFor();
  });

  test('the overview shows how long an order has been waiting', async () => {
    await setProcessing('pause');
    const orderId = newId('waits');
    try {
      await createOrder(orderId);
      const page = await openConsole();
      const age = page.locator('dl > div', { hasText: 'Longest wait' }).getByRole('definition');
      await age.filter({ hasText: /^[\d.]+ (ms|s)$/ }).waitFor();
    } finally {
      await setProcessing('resume');
    }
    const page = await openConsole();
    await page.getByText('nothing waits').waitFor();
  });

  test('the overview shows the backlog over time, up to the current number of orders that are not finished', async () => {
    await setProcessing('pause');
    try {
      for (let n = 0; n < 3; n += 1) await createOrder(newId('backlog'));
      const { Pending = 0, Processing = 0, Waiting = 0 } = await countsOfApi();
      const page = await openConsole();
      const orders = Pending + Processing + Waiting;
      expect(orders).toBeGreaterThanOrEqual(3);
      const chart = page.getByRole('figure').filter({ hasText: 'Backlog' });
      await chart.getByRole('img', { name: `Backlog. orders not finished: ${orders}` }).waitFor();
      await chart.getByText('As a table').click();
      const values = await chart.getByRole('row').locator('td:nth-child(2)').allInnerTexts();
      expect(values).toHaveLength(60);
      expect(values[0]).toBe(String(orders));
    } finally {
      await setProcessing('resume');
    }
  });

  test('the overview says in words and in colour that orders wait too long, and that too many fail', async () => {
    const orderId = newId('old');
    await settle(newId('failed'), 402);
    await withPsql((psql) =>
      psql.rows(
        `INSERT INTO orders (order_id, user_id, item_ids, total_amount, due_at, created_at, owner)
         VALUES ($1, 7, '{}', 1, now() + interval '1 hour', now() - interval '10 minutes', 'operations')`,
        [orderId],
      ),
    );
    const page = await openConsole();
    const fact = (name: string) => page.locator('dl > div', { hasText: name }).getByRole('definition');
    await fact('Longest wait')
      .getByText(/^10 min \d+ s: too high$/)
      .waitFor();
    await fact('Failed in the last hour')
      .getByText(/^\d+ \(\d+\.\d %\): (too )?high$/)
      .waitFor();
    await fact('Backlog')
      .getByText(/^[\d,]+ Pending/)
      .waitFor();
    const colours = await page.evaluate<string[]>(
      `['.over', 'dt'].map((which) => getComputedStyle(document.querySelector(which)).color)`,
    );
    expect(new Set(colours).size).toBe(2);
    await ask('POST', `/orders/${orderId}/cancel`);
    await fact('Longest wait').getByText('nothing waits').waitFor();
  });

  test('the overview shows that the database and the queue respond', async () => {
    const page = await openConsole();
    const health = page.getByRole('list', { name: 'What the API needs' });
    await health.getByText('database ok').waitFor();
    await health.getByText('queue ok').waitFor();
  });

  test('the overview pauses and resumes its refresh on request', async () => {
    const page = await openConsole('#/', { ownClock: true });
    await page.getByText('database ok').waitFor();
    const live = page.getByRole('button', { name: 'Live' });
    await live.click();
    expect(await live.getAttribute('aria-pressed')).toBe('false');
    // What was under way when it was told.
    await page.waitForLoadState('networkidle');
    let asked = 0;
    page.on('request', () => {
      asked += 1;
    });
    await page.clock.runFor('01:00');
    expect(asked).toBe(0);
    await live.click();
    await waitUntil('it asks again', () => asked > 0);
    const once = asked;
    await page.clock.runFor('00:10');
    await waitUntil('it goes on asking', () => asked > once);
  });
});

describe('a test order', () => {
  test('a test order is submitted with a form and can be followed', async () => {
    const page = await openConsole();
    await page.getByRole('button', { name: 'Submit a test order' }).click();
    const dialog = page.getByRole('dialog', { name: 'Submit a test order' });
    const orderId = newId('test "order" &');
    await dialog.getByLabel('Order id').fill(orderId);
    await dialog.getByLabel('User id').fill('42');
    await dialog.getByLabel('Amount').fill('0.1');
    await dialog.getByLabel('Item ids').fill('7, 8,9');
    await dialog.getByRole('button', { name: 'Submit' }).click();
    await dialog.waitFor({ state: 'detached' });

    const said = page.getByRole('status').filter({ hasText: `Accepted: ${orderId}` });
    await said.getByRole('link').click();
    await page.getByRole('heading', { name: orderId }).waitFor();
    await page.getByText('Claimed by a worker').waitFor();
    expect((await ask('GET', `/orders/${encodeURIComponent(orderId)}`)).body).toMatchObject({
      user_id: 42,
      item_ids: [7, 8, 9],
      total_amount: '0.1',
    });
  });

  test('a test order that the API rejects keeps the form open, with each error at its field', async () => {
    const page = await openConsole();
    await page.getByRole('button', { name: 'Submit a test order' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('User id').fill('seven');
    await dialog.getByLabel('Item ids').fill('1, x');
    await dialog.getByRole('button', { name: 'Submit' }).click();

    await dialog.getByRole('alert').getByText('Some values are invalid.').waitFor();
    const userId = dialog.getByLabel('User id');
    expect(await userId.getAttribute('aria-invalid')).toBe('true');
    expect(await page.evaluate('document.activeElement.name')).toBe('user_id');
    for (const name of ['User id', 'Item ids']) {
      const described = await dialog.getByLabel(name).getAttribute('aria-describedby');
      const problem = dialog.locator(`#${described?.split(' ').at(-1)}`);
      expect(await problem.innerText()).toContain('must be');
    }
    expect(await dialog.getByLabel('Amount').getAttribute('aria-invalid')).toBeNull();
  });

  test('a test order with an existing id is rejected with the message of the API', async () => {
    const orderId = newId('twice');
    await createOrder(orderId);
    const page = await openConsole();
    await page.getByRole('button', { name: 'Submit a test order' }).click();
    await page.getByLabel('Order id').fill(orderId);
    await page.getByRole('button', { name: 'Submit', exact: true }).click();
    await page.getByRole('alert').getByText(`Order with order_id ${orderId} already exists.`).waitFor();
  });
});
