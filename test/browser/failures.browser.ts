import { beforeAll, describe, expect, test } from '@jest/globals';
import { waitUntil } from '../support/wait-until.ts';
import { openConsole, waitForFocus } from './support/browser.ts';
import { ask, newId, sendDeadLetter, settle } from './support/service.ts';

const ids = [newId('failed'), newId('failed'), newId('failed')];

beforeAll(async () => {
  for (const id of ids) await settle(id, 410);
});

const REDRIVE = { name: 'Redrive… sold_out' };

async function redrivesOf(orderId: string): Promise<number> {
  const { body } = await ask('GET', `/orders/${orderId}/history`);
  return (body.history as { reason_code: string | null }[]).filter(({ reason_code: code }) => code === 'redriven')
    .length;
}

// The tests share these orders: the last one redrives them.
describe('Failed orders', () => {
  test('Failed orders are counted by cause', async () => {
    const page = await openConsole('#/failures');
    const row = page.getByRole('row').filter({ hasText: 'sold_out' });
    await row.getByText(String(ids.length), { exact: true }).waitFor();
    expect(await row.getByRole('time').count()).toBe(2);
  });

  test('a cause links to its Failed orders, whose cause is in the list and in the filter', async () => {
    const page = await openConsole('#/failures');
    await page.getByRole('link', { name: 'sold_out', exact: true }).click();
    const table = page.getByRole('table', { name: 'Orders, newest first' });
    await waitUntil('they are listed', async () => (await table.getByRole('link').count()) === ids.length);
    expect(await table.getByRole('link').allInnerTexts()).toEqual([...ids].reverse());
    expect(await table.getByRole('cell', { name: /^sold_out / }).count()).toBe(ids.length);
    expect(await page.getByLabel('Status').inputValue()).toBe('Failed');
    expect(await page.getByLabel('Cause').inputValue()).toBe('sold_out');
  });

  test('a dry run lists Failed orders and changes nothing', async () => {
    const page = await openConsole('#/failures');
    await page.getByRole('button', REDRIVE).click();
    const dialog = page.getByRole('dialog', { name: 'Redrive 3 orders that failed with sold_out?' });
    await dialog.getByRole('button', { name: 'Dry run' }).click();
    await dialog.getByRole('status').getByText('3 orders would be redriven.').waitFor();
    expect(await dialog.getByRole('link').allInnerTexts()).toEqual([...ids].sort());
    for (const id of ids) expect(await redrivesOf(id)).toBe(0);

    await dialog.getByLabel('Maximum number of orders').fill('2');
    await dialog.getByRole('button', { name: 'Dry run' }).click();
    await dialog.getByRole('status').getByText('2 orders would be redriven.').waitFor();
    await page.keyboard.press('Escape');
    await waitForFocus(page, REDRIVE.name);
  });

  test('Failed orders cannot be redriven in a number that the API does not allow', async () => {
    const page = await openConsole('#/failures');
    await page.getByRole('button', REDRIVE).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Maximum number of orders').fill('1001');
    await dialog.getByRole('button', { name: 'Redrive', exact: true }).click();
    await dialog.getByText('must be a whole number from 1 to 1000').waitFor();
    expect(await dialog.getByLabel('Maximum number of orders').getAttribute('aria-invalid')).toBe('true');
  });

  test('Failed orders are redriven by cause, with a reason for their history', async () => {
    const page = await openConsole('#/failures');
    await page.getByRole('button', REDRIVE).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('stock came in');
    await dialog.getByRole('button', { name: 'Redrive', exact: true }).click();
    await page.getByRole('status').getByText('3 orders redriven.').waitFor();
    for (const id of ids) expect(await redrivesOf(id)).toBe(1);
    await page.goto(`${page.url().split('#')[0]}#/orders/${ids[0]}`);
    await page.getByText('redriven: stock came in').waitFor();
  });
});

describe('dead letters', () => {
  test('dead letters are shown with their text, the time they were sent, and their order', async () => {
    const name = newId('unknown');
    await sendDeadLetter('not JSON at all');
    await sendDeadLetter(JSON.stringify({ order_id: name }));
    const page = await openConsole('#/dead-letters');
    await page.getByText('not JSON at all').waitFor();
    const letter = page.getByRole('listitem').filter({ hasText: name });
    await letter.getByRole('link', { name }).waitFor();
    await letter.getByText(/^\d+ times?$/).waitFor();
    expect(await letter.getByRole('time').count()).toBe(1);
  });

  test('a dead letter is resent or deleted, with a reason for the audit, and the navigation shows how many there are', async () => {
    const kept = newId('kept');
    const gone = newId('gone');
    for (const text of [kept, gone]) await sendDeadLetter(text);
    const page = await openConsole('#/dead-letters');
    await page.getByRole('link', { name: /^Dead letters \d+$/ }).waitFor();
    const letter = page.getByRole('listitem').filter({ hasText: gone });
    await letter.getByRole('button', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete this message?' });
    await dialog.getByLabel('Reason (optional)').fill(`because of ${gone}`);
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('status').getByText('The message was deleted.').waitFor();
    await waitUntil('it is gone', async () => (await letter.count()) === 0);
    await page.getByText(kept).waitFor();

    await page.getByRole('link', { name: 'Audit' }).click();
    await page
      .getByRole('row')
      .filter({ hasText: `because of ${gone}` })
      .getByText('dead_letters.deleted')
      .waitFor();
  });

  test('dead letters are refreshed only on request', async () => {
    const page = await openConsole('#/dead-letters', { ownClock: true });
    await page.getByText(/messages? of about/).waitFor();
    let refreshes = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/dead-letters')) refreshes += 1;
    });
    await page.clock.runFor('01:00');
    expect(refreshes).toBe(0);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await waitUntil('they are refreshed', () => refreshes === 1);
  });
});
