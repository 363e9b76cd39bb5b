import { get } from './api.js';
import { bulkButtons } from './bulk.js';
import { button, h } from './dom.js';
import { field } from './form.js';
import { heading, makeOrderTable, STATUSES } from './parts.js';
import { attempt } from './say.js';
import { testOrderButton } from './test-order.js';
import { isUtc } from './zone.js';

const PAGE = 25;

/** The most pages to read for the first order: the newest 10,000 orders. */
const EMPTY_PAGES = 10;

/** @param {URLSearchParams} query @returns {View} */
export function openOrders(query) {
  const table = makeOrderTable('Orders, newest first');
  const hint = h('p.hint', { hidden: true });
  /** @type {OrderPage[]} */
  let pages = [];
  let { signal } = new AbortController();
  /** @type {PageOf} */
  const listOf = (cursor, limit = PAGE) => `orders?${parameters(query, cursor, limit)}`;
  const read = (/** @type {string | null | undefined} */ cursor) => get(listOf(cursor), signal);
  const more = button('Older orders', () => attempt(readOn));
  const show = () => {
    const orders = pages.flatMap((page) => page.orders);
    table.show(orders);
    more.hidden = !pages.at(-1)?.next_cursor;
    // The API reads a limited number of orders per page, so a page can be empty although more orders match.
    hint.hidden = pages.length < 2 && (more.hidden || orders.length > 0);
    hint.textContent =
      orders.length > 0 ? 'New orders do not appear while older ones are shown.' : 'No orders on this page.';
  };
  const readOn = async () => {
    pages.push(await read(pages.at(-1)?.next_cursor));
    show();
  };
  more.hidden = true;
  return {
    title: 'Orders',
    content: [
      heading('Orders', ...bulkButtons(query.get('status'), listOf), testOrderButton()),
      filterForm(query),
      table.element,
      h('div.more', hint, more),
    ],
    everyMs: 4_000,
    async refresh(current) {
      signal = current;
      // Refreshing only the first page would hide the orders that came between it and the second.
      if (pages.length > 1) return;
      const found = [await read(null)];
      while (found.length < EMPTY_PAGES && found.at(-1)?.orders.length === 0 && found.at(-1)?.next_cursor)
        found.push(await read(found.at(-1)?.next_cursor));
      if (pages.length < 2) pages = found;
      show();
    },
  };
}

/** @param {URLSearchParams} query @param {string | null | undefined} cursor @param {number} limit */
function parameters(query, cursor, limit) {
  const asked = new URLSearchParams({ limit: String(limit) });
  for (const [name, value] of query) {
    const time = name.startsWith('created') ? Date.parse(isUtc() ? `${value}Z` : value) : Number.NaN;
    // The API reports an invalid time.
    asked.set(name, time ? new Date(time).toISOString() : value);
  }
  if (cursor) asked.set('cursor', cursor);
  return asked;
}

/** @param {URLSearchParams} query */
function filterForm(query) {
  const options = STATUSES.map((status) => h('option', { selected: status === query.get('status') }, status));
  const status = h('select', { id: 'status', name: 'status' }, h('option', { value: '' }, 'any'), ...options);
  const text = (/** @type {string} */ name, /** @type {string} */ label, more = {}) =>
    field({ name, label, value: query.get(name) ?? '', ...more }).row;
  const isTime = { type: 'datetime-local' };
  const form = h(
    'form',
    { class: 'filters', 'aria-label': 'Filter' },
    h('div.field', h('label', { for: 'status' }, 'Status'), status),
    text('order_id_prefix', 'Id starts with'),
    text('reason_code', 'Cause'),
    text('user_id', 'User id', { inputmode: 'numeric' }),
    text('created_from', 'Created from', isTime),
    text('created_to', 'Created to', isTime),
    h('button', 'Filter'),
    query.size > 0 && h('a', { href: '#/orders' }, 'All orders'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const chosen = [...new FormData(form)]
      .map(([name, value]) => [name, String(value).trim()])
      .filter(([, value]) => value);
    location.hash = `#/orders?${new URLSearchParams(chosen)}`;
  });
  return form;
}
