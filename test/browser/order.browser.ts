import { afterEach, describe, expect, test } from '@jest/globals';
import { openConsole, waitForFocus } from './support/browser.ts';
import { ask, createOrder, newId, setProcessing, settle, statusOf } from './support/service.ts';

afterEach(() => setProcessing('resume'));

const view = (orderId: string) => `#/orders/${encodeURIComponent(orderId)}`;

describe('an order', () => {
  test('an order shows its history, each transition with its time, cause and actor', async () => {
    const orderId = newId('journey');
    await settle(orderId, 402);
    await ask('POST', `/orders/${orderId}/redrive`, { reason: 'the bank is back' });
    await settle(newId('after it'));
    const page = await openConsole(view(orderId));
    const moves = page.getByRole('listitem').filter({ has: page.getByRole('time') });
    await moves.nth(5).waitFor();
    const texts = await moves.allInnerTexts();
    expect(texts.map((text) => text.split('\n')[0]?.trim())).toEqual([
      'Accepted',
      'Claimed by a worker attempt 1',
      'Failed, not retried attempt 1',
      'Redriven, with a new budget of attempts',
      'Claimed by a worker attempt 1',
      'Failed, not retried attempt 1',
    ]);
    expect(texts[2]).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [\d.]+ (ms|s) later/);
    expect(texts[2]).toContain('card_declined: Told to fail by user 402');
    expect(texts[3]).toContain('redriven: the bank is back');
    expect(texts[3]).toMatch(/by key:\d+ \(console\) \S+/);
  });

  test('an order view follows the order while it changes', async () => {
    await setProcessing('pause');
    const orderId = newId('followed');
    await createOrder(orderId);
    const page = await openConsole(view(orderId));
    await page.getByRole('status').getByText('Pending').waitFor();
    await setProcessing('resume');
    await page.getByRole('status').getByText('Completed').waitFor();
    await page.getByText('Processing took').waitFor();
  });

  test('a Pending order can be cancelled with a reason', async () => {
    await setProcessing('pause');
    const orderId = newId('cancelled');
    await createOrder(orderId);
    const page = await openConsole(view(orderId));
    await page.getByRole('button', { name: 'Cancel the order' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel this order?' });
    await dialog.getByLabel('Reason').fill('ordered twice');
    await dialog.getByRole('button', { name: 'Cancel the order' }).click();

    await page.getByRole('status').getByText('The order was cancelled.').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'ordered twice' }).waitFor();
    expect(await statusOf(orderId)).toBe('Cancelled');
    expect(await page.getByRole('button', { name: 'Cancel the order' }).count()).toBe(0);
  });

  test('an order is not cancelled if the user dismisses the dialog', async () => {
    await setProcessing('pause');
    const orderId = newId('kept');
    await createOrder(orderId);
    const page = await openConsole(view(orderId));
    await page.getByRole('button', { name: 'Cancel the order' }).click();
    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await waitForFocus(page, 'Cancel the order');
    expect(await statusOf(orderId)).toBe('Pending');
  });

  test('an order that was claimed in the meantime is not cancelled, and the API says why', async () => {
    await setProcessing('pause');
    const orderId = newId('too late');
    await createOrder(orderId);
    const page = await openConsole(view(orderId));
    await page.getByRole('button', { name: 'Cancel the order' }).click();
    await ask('POST', `/orders/${encodeURIComponent(orderId)}/cancel`);
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the order' }).click();
    await page
      .getByRole('alert')
      .getByText('The order is Cancelled. Only a Pending, Waiting or Processing order can be cancelled.')
      .waitFor();
  });

  test('a Failed order can be redriven', async () => {
    const orderId = newId('again');
    await settle(orderId, 404);
    const page = await openConsole(view(orderId));
    await page.getByRole('button', { name: 'Redrive…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Redrive this order?' });
    await dialog.getByLabel('Reason (optional)').fill('the bank is back');
    await dialog.getByRole('button', { name: 'Redrive', exact: true }).click();
    await page.getByRole('status').getByText('The order was redriven.').waitFor();
    await page.getByText('Redriven, with a new budget of attempts').waitFor();
    await page.getByText('redriven: the bank is back').first().waitFor();
  });

  test('a Completed order offers no actions', async () => {
    const orderId = newId('done');
    await settle(orderId);
    const page = await openConsole(view(orderId));
    await page.getByRole('status').getByText('Completed').waitFor();
    for (const name of ['Cancel the order', 'Redrive'])
      expect(await page.getByRole('button', { name }).count()).toBe(0);
  });
});
