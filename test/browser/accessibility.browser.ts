import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { waitUntil } from '../support/wait-until.ts';
import { focused, openConsole, overflow, type Visit, waitForFocus } from './support/browser.ts';
import { newId, sendDeadLetter, setProcessing, settle } from './support/service.ts';

const failed = newId('accessible');
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

beforeAll(async () => {
  await settle(failed, 402);
  await settle(newId('accessible'));
  await sendDeadLetter('one of several');
  await sendDeadLetter('{"order_id":"a message with a body that is wider than a telephone is, and has to be broken"}');
});

const click = (name: string) => (page: Page) => page.getByRole('button', { name }).click();

/** Every state of the console that looks different: where it is, what shows that it is there, and what is done then. */
const STATES: readonly [what: string, view: string, text: string, then?: (page: Page) => Promise<void>][] = [
  ['the overview', '#/', 'database ok'],
  [
    'the charts as tables',
    '#/',
    'database ok',
    async (page) => {
      for (const summary of await page.getByText('As a table').all()) await summary.click();
    },
  ],
  ['the orders', '#/orders', failed],
  ['filters without a match', '#/orders?status=Cancelled&user_id=3', 'No orders.'],
  ['an order', `#/orders/${failed}`, 'Failed, not retried'],
  ['the failures', '#/failures', 'card_declined'],
  ['the dead letters', '#/dead-letters', 'of about'],
  ['the audit', '#/audit', 'What operators did'],
  ['an error', '#/orders/nobody-has-this', 'There is no order with this id.'],
  ['the form for a test order', '#/orders', failed, click('Submit a test order')],
  [
    'complaints about a test order',
    '#/orders',
    failed,
    async (page) => {
      await click('Submit a test order')(page);
      await page.getByLabel('Amount').fill('much');
      await page.getByRole('button', { name: 'Submit', exact: true }).click();
      await page.getByRole('dialog').getByRole('alert').getByText('Some values').waitFor();
    },
  ],
  [
    'a dry run',
    '#/failures',
    'card_declined',
    async (page) => {
      await click('Redrive… card_declined')(page);
      await click('Dry run')(page);
      await page.getByText('would be redriven').waitFor();
    },
  ],
  ['the question whether to pause', '#/', 'Pause processing', click('Pause processing')],
  ['the question for a key', '#/', 'database ok', click('API key')],
];

async function openState([, view, text, then]: (typeof STATES)[number], visit: Visit): Promise<Page> {
  const page = await openConsole(view, visit);
  await page.getByText(text).first().waitFor();
  await then?.(page);
  return page;
}

describe.each(['light', 'dark'] as const)('in %s colours axe finds nothing wrong with', (scheme) => {
  test.each(STATES)('%s', async (...state) => {
    const page = await openState(state, { scheme });
    await page.evaluate(axe);
    const { violations, passes } = await page.evaluate<AxeResults>('axe.run()');
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    expect(passes.map(({ id }) => id)).toContain('color-contrast');
  });
});

test('axe finds nothing wrong with the notice that processing is paused, in either colours', async () => {
  await setProcessing('pause', 'to look at it');
  try {
    for (const scheme of ['light', 'dark'] as const) {
      const page = await openState(['paused', '#/', 'to look at it'], { scheme });
      await page.evaluate(axe);
      expect((await page.evaluate<AxeResults>('axe.run()')).violations).toEqual([]);
    }
  } finally {
    await setProcessing('resume');
  }
});

describe('at 360 pixels nothing is wider than the window in', () => {
  test.each(STATES)('%s', async (...state) => {
    const page = await openState(state, { width: 360 });
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });
});

describe('by keyboard', () => {
  test('the first key press skips the navigation', async () => {
    const page = await openConsole();
    await page.getByText('database ok').waitFor();
    await page.keyboard.press('Tab');
    await waitForFocus(page, 'Skip to content');
    expect(await page.getByText('Skip to content').boundingBox()).toMatchObject({ y: expect.any(Number) });
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
  });

  test('the keyboard moves between views, and the title of the new view gets the focus', async () => {
    const page = await openConsole();
    for (const name of ['Orders', 'Failures', 'Dead letters', 'Overview']) {
      // A count may follow the name.
      await page
        .getByRole('navigation')
        .getByRole('link', { name: new RegExp(`^${name}`) })
        .focus();
      await page.keyboard.press('Enter');
      await waitUntil('the title has the focus', () => page.evaluate(`document.activeElement.matches('h1')`));
      expect(await focused(page)).toBe(name);
      expect(await page.title()).toBe(`${name} · Orders`);
      expect(await page.locator('[aria-current=page]').allInnerTexts()).toEqual([
        expect.stringMatching(new RegExp(`^${name}`)),
      ]);
    }
  });

  test('the keyboard reaches every control, with a visible focus', async () => {
    const page = await openConsole('#/failures');
    await page.getByText('card_declined').waitFor();
    await page.getByRole('button', { name: 'Live' }).click();
    await page.locator('body').focus();
    const reached = new Set<string>();
    for (let presses = 0; presses < 30; presses += 1) {
      await page.keyboard.press('Tab');
      // After the last element comes the browser's own tool bar.
      if (await page.evaluate<boolean>('document.activeElement === document.body')) continue;
      reached.add(await focused(page));
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).not.toBe('none');
    }
    for (const text of await page.locator('a, button').allInnerTexts())
      expect([...reached].join('\n')).toContain(text.trim());
  });

  test('a dialog takes the focus, keeps it, and restores it', async () => {
    const page = await openConsole('#/orders');
    await page.getByText(failed).waitFor();
    await page.getByRole('button', { name: 'Submit a test order' }).focus();
    await page.keyboard.press('Enter');
    const inside = () => page.evaluate<boolean>(`!!document.activeElement.closest('dialog, html:not(:has(dialog))')`);
    await waitUntil('the focus is inside', inside);
    const outside = new Set<string>();
    for (let presses = 0; presses < 12; presses += 1) {
      await page.keyboard.press('Tab');
      // From the last element Chromium goes to its own tool bar, and then to the first again.
      if (!(await inside())) outside.add(await page.evaluate<string>('document.activeElement.tagName'));
    }
    expect([...outside].filter((tag) => tag !== 'BODY')).toEqual([]);
    await page.keyboard.press('Escape');
    await waitForFocus(page, 'Submit a test order');
  });

  test('the form for a test order can be sent with the keyboard', async () => {
    const page = await openConsole('#/orders');
    await page.getByText(failed).waitFor();
    await page.getByRole('button', { name: 'Submit a test order' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type(newId('typed'));
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('Accepted: typed').waitFor();
    await waitForFocus(page, 'Submit a test order');
  });
});

test('the page has its landmarks, one title, and a language', async () => {
  const page = await openConsole();
  await page.getByText('database ok').waitFor();
  for (const role of ['banner', 'navigation', 'main'] as const) expect(await page.getByRole(role).count()).toBe(1);
  expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
});

test('nothing on the page moves by itself', async () => {
  const page = await openConsole();
  await page.getByText('database ok').waitFor();
  const moving = `[...document.querySelectorAll('*')].filter((element) => element.getAnimations().length > 0).length`;
  await page.getByRole('button', { name: 'Submit a test order' }).hover();
  expect(await page.evaluate(moving)).toBe(0);
});
