import { describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { openConsole } from './support/browser.ts';
import { createOrder, KEYS, newId } from './support/service.ts';

const DIALOG = { name: 'API key' };

async function giveKey(page: Page, key: string): Promise<void> {
  const dialog = page.getByRole('dialog', DIALOG);
  await dialog.getByLabel('API key').fill(key);
  await dialog.getByRole('button', { name: 'Use this key' }).click();
}

describe('the API key', () => {
  test('the console asks for an API key when the API requires one, and then shows everything', async () => {
    const page = await openConsole('#/orders', { key: null });
    await page.getByRole('dialog', DIALOG).getByText('The API requires an API key').waitFor();
    await giveKey(page, KEYS.operator);
    await page.getByRole('table').waitFor();
    await page.getByRole('button', { name: 'API key ✓' }).waitFor();
    expect(await page.getByRole('alert').innerText()).toBe('');
  });

  test('the API key is kept only in this tab: not in the address, a cookie, or a store that outlives the tab', async () => {
    const page = await openConsole('#/', { key: null });
    await giveKey(page, KEYS.operator);
    await page.getByText('database ok').waitFor();
    expect(await page.evaluate('JSON.stringify([{ ...localStorage }, document.cookie])')).toBe('[{},""]');
    expect(await page.evaluate('Object.values(sessionStorage)')).toEqual([KEYS.operator]);
    expect(page.url()).not.toContain(KEYS.operator);
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByRole('dialog', DIALOG).waitFor();
  });

  test('a wrong API key is requested again, with the reason', async () => {
    const page = await openConsole('#/orders?user_id=401', { key: null });
    await giveKey(page, 'ob_wrong');
    await page.getByRole('dialog', DIALOG).getByText('This API key is unknown').waitFor();
    await giveKey(page, KEYS.operator);
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('No orders.').waitFor();
  });

  test('an API key without the required scope is requested again only where the scope is needed', async () => {
    const page = await openConsole('#/', { key: KEYS.reader });
    await page.getByText('database ok').waitFor();
    await page.getByRole('list', { name: 'Orders by status' }).getByRole('link').first().waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);

    await page.getByRole('navigation').getByRole('link', { name: 'Failures' }).click();
    await page
      .getByRole('dialog', DIALOG)
      .getByText('This key does not allow that: the scope orders:admin is required.')
      .waitFor();
    await giveKey(page, KEYS.operator);
    await page.getByRole('columnheader', { name: 'Cause' }).waitFor();
  });

  test('an API key without metrics:read shows everything else, and the page says what it does not show', async () => {
    const orderId = newId('seen');
    await createOrder(orderId);
    const page = await openConsole('#/', { key: KEYS.withoutMetrics });
    await page.getByText('Counts and charts need a key with the scope metrics:read.').waitFor();
    expect(await page.getByRole('heading', { name: 'Orders per minute' }).isVisible()).toBe(false);
    await page.getByText('database ok').waitFor();
    await page.getByRole('link', { name: orderId }).click();
    await page.getByText('Accepted').waitFor();
    const navigation = page.getByRole('navigation');
    await navigation.getByRole('link', { name: 'Failures ?' }).click();
    await page.getByRole('columnheader', { name: 'Cause' }).waitFor();
    await navigation.getByRole('link', { name: 'Dead letters' }).click();
    await page.getByText(/of about|There are no dead letters/).waitFor();
    await navigation.getByRole('link', { name: 'Audit' }).click();
    await page.getByRole('table', { name: 'What operators did' }).waitFor();
    await navigation.getByRole('link', { name: 'Orders' }).click();
    await page.getByRole('button', { name: 'Submit a test order' }).click();
    await page.getByRole('button', { name: 'Submit', exact: true }).click();
    await page.getByText('Accepted: TEST-').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await page.getByRole('alert').innerText()).toBe('');
  });

  test('a user who enters no API key is not asked again and again; the page says what is missing', async () => {
    const page = await openConsole('#/', { key: null });
    await page.getByRole('dialog', DIALOG).getByRole('button', { name: 'Not now' }).click();
    await page.getByRole('alert').getByText('The API requires an API key').waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Failures' }).click();
    await page.getByRole('alert').getByText('The API requires an API key').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);

    await page.getByRole('button', { name: 'API key' }).click();
    await giveKey(page, KEYS.operator);
    await page.getByRole('columnheader', { name: 'Cause' }).waitFor();
  });

  test('text that cannot be an API key is not accepted', async () => {
    const page = await openConsole('#/', { key: null });
    await giveKey(page, 'Schlüssel');
    expect(await page.locator('input:invalid').count()).toBe(1);
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  test('the API key can be forgotten', async () => {
    const page = await openConsole('#/orders', { key: null });
    await giveKey(page, KEYS.operator);
    await page.getByRole('table').waitFor();
    await page.getByRole('button', { name: 'API key ✓' }).click();
    await page.getByRole('button', { name: 'Forget the key' }).click();
    await page.getByRole('dialog', DIALOG).getByText('The API requires an API key').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });
});
