import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { command } from '../../infra/command.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { execute, main } from '../../infra/run-command.ts';
import { makeStackHome, StackProcess, stackFileOf } from '../stack/stack-process.ts';
import { connectPsql } from '../support/psql.ts';
import { waitUntil } from '../support/wait-until.ts';
import { findChromium } from './support/chromium.ts';

const PICTURE = join(REPOSITORY, 'docs', 'console.png');

const ORDERS = 120;

export const screenshot = command({
  name: 'screenshot',
  usage: [''],
  does: `Renews docs/console.png, the picture of the console in the README. It starts a stack with some orders; the hour before
them, which the charts show, is made up. It needs Chromium.`,
  options: {},
  async run() {
    const executablePath = findChromium();
    const { env, ...place } = await makeStackHome();
    const home = { ...place, env: { ...env, PROCESSOR: join(import.meta.dirname, 'support', 'processor.ts') } };
    const stack = new StackProcess('start', home.env);
    try {
      await stack.says('Ready after');
      const { api, postgres } = stackFileOf(home);
      await makeUpAnHour(postgres);
      await createOrders(api);
      await takePicture(new URL('/console', api).href, executablePath);
      console.log(`${PICTURE} is written.`);
    } finally {
      if (stack.running) stack.pressCtrlC();
      await stack.exit;
      await home.remove();
    }
  },
});

/** A busy hour, with some minutes in which the bank was slow and declined cards. */
async function makeUpAnHour(url: string): Promise<void> {
  const psql = await connectPsql(url);
  await psql.rows(`
    WITH minutes AS (
      SELECT n, (105 + 32 * sin(n / 8.0) + 9 * sin(n * n))::integer AS orders,
        CASE WHEN n BETWEEN 22 AND 27 THEN 5 + n % 7 ELSE 0 END AS failed,
        date_trunc('minute', now()) - n * interval '1 minute' AS minute
      FROM generate_series(1, 59) AS n),
    times AS (
      SELECT minute, share * (orders - failed) AS orders, seconds * (1 + failed / 6.0 + sin(n * n) / 9) AS seconds
      FROM minutes, (VALUES (0.62, 0.14), (0.3, 0.32), (0.08, 0.83)) AS spread (share, seconds))
    INSERT INTO order_minutes (minute, slot, event, detail, orders, processing_time)
    SELECT minute, 0, 'Created', '', orders, 0 FROM minutes
    UNION ALL SELECT minute, 0, 'Failed', 'card_declined', failed, 0 FROM minutes WHERE failed > 0
    UNION ALL
    SELECT minute, 0, 'Completed', duration_bucket(seconds::numeric)::text, sum(orders)::integer, sum(orders * seconds)
    FROM times GROUP BY minute, duration_bucket(seconds::numeric)`);
  await psql.end();
}

async function createOrders(api: string): Promise<void> {
  for (let n = 0; n < ORDERS; n += 1) {
    const order = {
      order_id: `ORD-${20_418 + n}`,
      // The processor of the browser tests fails the orders of user 402.
      user_id: n % 31 === 19 ? 402 : 501 + ((n * 379) % 400),
      item_ids: Array.from({ length: 1 + (n % 4) }, (_, item) => n + item),
      total_amount: (((n * 7_919) % 48_000) / 100 + 4.9).toFixed(2),
    };
    await fetch(`${api}/orders`, { method: 'POST', body: JSON.stringify(order) });
  }
  await waitUntil('the orders are settled', async () => {
    const answer = (await (await fetch(`${api}/metrics`)).json()) as {
      data: { status_counts: Record<string, number> };
    };
    const { Completed = 0, Failed = 0 } = answer.data.status_counts;
    return Completed + Failed === ORDERS;
  });
}

async function takePicture(url: string, executablePath: string): Promise<void> {
  const browser = await chromium.launch({ executablePath });
  const page = await browser.newPage({ viewport: { width: 1200, height: 860 } });
  await page.goto(url);
  await page.getByText('database ok').waitFor();
  await page.getByRole('row').nth(8).waitFor();
  await page.screenshot({ path: PICTURE, fullPage: true });
  await browser.close();
}

await main(import.meta.filename, (args) => execute(screenshot, args));
