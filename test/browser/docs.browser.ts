import { describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { ROUTES } from '../../lib/routes.ts';
import { openConsole } from './support/browser.ts';
import { API, KEYS } from './support/service.ts';

const DOCS = new URL('/docs', API).href;

/** Whatever the Content-Security-Policy forbids is a complaint of the browser, which fails the test. */
async function openDocs(): Promise<Page> {
  const page = await openConsole();
  await page.goto(DOCS);
  await page.getByRole('heading', { name: /^Serverless order backend/ }).waitFor();
  return page;
}

describe('the documentation of the API', () => {
  test('the API documentation shows every operation, and loads nothing from other hosts', async () => {
    const page = await openConsole();
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== new URL(DOCS).origin)
        elsewhere.push(request.url());
    });
    await page.goto(DOCS);
    await page.locator('.opblock').first().waitFor();

    expect(await page.locator('.opblock').count()).toBe(ROUTES.filter(({ path }) => path.startsWith('/api/')).length);
    expect(elsewhere).toEqual([]);
  });

  test('the API documentation shows the examples of requests and of each error of a response', async () => {
    const page = await openDocs();
    const operation = page.locator('#operations-Orders-createOrder');
    await operation.getByRole('button').first().click();

    const examples = operation.locator('.highlight-code');
    await examples.first().waitFor();
    expect(JSON.parse(await examples.first().innerText())).toMatchObject({ order_id: 'ORD-1', total_amount: '19.99' });
    const refused = operation.locator('.response[data-code="400"]');
    expect(await refused.locator('select option').allInnerTexts()).toContain('validation_failed');
    expect(await refused.innerText()).toContain('"code": "order_exists"');
  });

  test('the API documentation lets a reader try an operation with a key', async () => {
    const page = await openDocs();
    await page.getByRole('button', { name: 'Authorize' }).click();
    await page.getByLabel('auth-bearer-value').fill(KEYS.operator);
    await page.getByRole('button', { name: 'Apply credentials' }).click();
    await page.getByRole('button', { name: 'Close', exact: true }).click();

    const operation = page.locator('#operations-Monitoring-getMetrics');
    await operation.getByRole('button').first().click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await operation.getByRole('button', { name: 'Execute' }).click();

    await operation.locator('.live-responses-table .response-col_status', { hasText: '200' }).waitFor();
    expect(await operation.locator('.live-responses-table').innerText()).toContain('status_counts');
  });
});
