import { afterEach, describe, expect, test } from '@jest/globals';
import { waitUntil } from '../support/wait-until.ts';
import { openConsole } from './support/browser.ts';
import { ask, createOrder, newId, setProcessing, statusOf } from './support/service.ts';

afterEach(() => setProcessing('resume'));

describe('processing', () => {
  test('processing is paused and resumed, and every view shows it in between', async () => {
    const page = await openConsole();
    await page.getByRole('button', { name: 'Pause processing' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pause processing?' });
    await dialog.getByLabel('Reason').fill('the bank is down');
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('status').getByText('Processing was paused.').waitFor();

    const orderId = newId('while paused');
    await createOrder(orderId);
    for (const view of ['Orders', 'Failures', 'Dead letters', 'Overview']) {
      await page
        .getByRole('navigation')
        .getByRole('link', { name: new RegExp(`^${view}`) })
        .click();
      await page
        .getByText(
          /^Processing is paused since .+ by key:\d+ \(console\) .+: the bank is down\. The API accepts orders/,
        )
        .waitFor();
    }
    expect(await statusOf(orderId)).toBe('Pending');
    expect(await page.getByRole('button', { name: 'Pause processing' }).isVisible()).toBe(false);

    await page.getByRole('button', { name: 'Resume processing' }).click();
    await page.getByRole('status').getByText('Processing was resumed.').waitFor();
    await page.getByRole('button', { name: 'Pause processing' }).waitFor();
    expect((await ask('GET', '/processing')).body.paused).toBe(false);
    await waitUntil('the order is Completed', async () => (await statusOf(orderId)) === 'Completed');
  });

  test('a pause by another user is noticed', async () => {
    const page = await openConsole();
    await page.getByRole('button', { name: 'Pause processing' }).waitFor();
    await setProcessing('pause', 'by another operator');
    await page.getByText('by another operator').waitFor();
  });
});
