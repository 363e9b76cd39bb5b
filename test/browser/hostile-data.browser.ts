import { describe, expect, test } from '@jest/globals';
import { openConsole, overflow, takeTroubles } from './support/browser.ts';
import { ask, createOrder, newId, sendDeadLetter, setProcessing } from './support/service.ts';

const MARKUP = `<img src=x onerror="document.title='broken in'">`;

describe('what the API sends', () => {
  test('data from the API is never parsed as markup: not an id, not a reason, not a dead letter', async () => {
    const orderId = newId(`${MARKUP}"'&<script>document.title='broken in'</script>`);
    await setProcessing('pause', MARKUP);
    try {
      await createOrder(orderId);
      await ask('POST', `/orders/${encodeURIComponent(orderId)}/cancel`, { reason: MARKUP });
      await sendDeadLetter(MARKUP);
      const page = await openConsole('#/orders');
      await page.getByRole('link', { name: orderId }).click();
      await page.getByRole('heading', { name: orderId }).waitFor();
      await page
        .getByRole('listitem')
        .filter({ hasText: `cancelled: ${MARKUP}` })
        .waitFor();
      await page.getByText(`: ${MARKUP}. The API accepts orders`).waitFor();
      await page.getByRole('navigation').getByRole('link', { name: 'Dead letters' }).click();
      await page.getByRole('region', { name: 'Message body' }).getByText(MARKUP).first().waitFor();
      expect(await page.locator('main img, main script').count()).toBe(0);
      expect(await page.title()).toBe('Dead letters · Orders');
    } finally {
      await setProcessing('resume');
    }
  });

  test('the browser rejects markup from text and scripts in the page', async () => {
    const page = await openConsole('#/failures');
    await page.getByRole('heading', { name: 'Failures' }).waitFor();
    await expect(page.evaluate(`document.body.innerHTML = '<b>markup</b>'`)).rejects.toThrow('TrustedHTML');
    await expect(page.evaluate(`setTimeout('document.title = 1')`)).rejects.toThrow('TrustedScript');
    await page.evaluate(
      `document.head.append(Object.assign(document.createElement('style'), { textContent: '* {}' }))`,
    );
    expect(takeTroubles().join()).toContain('Content Security Policy');
    expect(await page.title()).toBe('Failures · Orders');
  });

  test.each([
    ['the longest id there may be', 'x'.repeat(255)],
    ['an id of spaces, slashes and a percent sign', '  a/b %2F?c#d  '],
    ['an id that runs from right to left', '\u202eODER-1'],
    ['an id of emoji', '🛒👩‍👩‍👧‍👦'],
  ])('an order id can be %s: it is shown, links to its order, and does not widen the page', async (_, id) => {
    await createOrder(id);
    const page = await openConsole('#/orders', { width: 360 });
    const link = page.getByRole('table').locator(`a[href^="#/orders/${encodeURIComponent(id)}?owner="]`);
    await link.waitFor();
    expect(await link.textContent()).toBe(id);
    await link.click();
    await page.getByText('Accepted').waitFor();
    expect(await page.locator('h1').textContent()).toBe(id);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });

  test('an id that was typed into the address unencoded is the id of its order, not of another one', async () => {
    const id = newId('a&b+c%');
    await createOrder(id);
    const page = await openConsole(`#/orders/${id}`);
    await page.getByText('Accepted').waitFor();
    expect(await page.locator('h1').textContent()).toBe(id);
  });
});
