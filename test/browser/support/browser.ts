import { afterAll, afterEach, expect } from '@jest/globals';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { waitUntil } from '../../support/wait-until.ts';
import { findChromium } from './chromium.ts';
import { CONSOLE, KEYS } from './service.ts';

export interface Visit {
  /** Kept as the console keeps it; null for somebody who has none yet. By default that of an operator. */
  readonly key?: string | null;
  readonly scheme?: 'light' | 'dark';
  /** Pixels. */
  readonly width?: number;
  /** Whether the test moves the time of the page, by `page.clock`. */
  readonly ownClock?: boolean;
}

let browser: Promise<Browser> | undefined;
const contexts: BrowserContext[] = [];
const troubles: string[] = [];

/** Opens the console at a view, `#/orders`, in a new tab, which is closed after the test. */
export async function openConsole(view = '#/', visit: Visit = {}): Promise<Page> {
  const { key = KEYS.operator, scheme = 'light', width = 1280, ownClock = false } = visit;
  browser ??= chromium.launch({ executablePath: findChromium() });
  const context = await (await browser).newContext({
    viewport: { width, height: 800 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  contexts.push(context);
  const page = await context.newPage();
  noteTroubles(page);
  if (key !== null) await page.addInitScript(`sessionStorage.setItem('orders-api-key', ${JSON.stringify(key)})`);
  if (ownClock) await page.clock.install();
  await page.goto(`${CONSOLE}${view}`);
  return page;
}

/** Whatever the browser complains about but refused requests: defects, and breaches of the Content-Security-Policy. */
function noteTroubles(page: Page): void {
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      troubles.push(message.text());
  });
}

/** What the browser has complained about so far, in a test that wants it to; otherwise each complaint fails its test. */
export function takeTroubles(): string[] {
  return troubles.splice(0);
}

/** What has the focus, by its text or its label. */
export async function focused(page: Page): Promise<string> {
  return page.evaluate('document.activeElement.ariaLabel ?? document.activeElement.textContent.trim()');
}

export async function waitForFocus(page: Page, on: string): Promise<void> {
  await waitUntil(`the focus is on "${on}"`, async () => (await focused(page)) === on);
}

/** How many pixels the page is wider than its window. */
export async function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - innerWidth');
}

afterEach(async () => {
  const noted = takeTroubles();
  for (const context of contexts.splice(0)) await context.close();
  expect(noted).toEqual([]);
});

afterAll(async () => {
  await (await browser)?.close();
});
