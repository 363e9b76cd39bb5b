import { h, update } from './dom.js';
import { ago, amount, count, hrefOf, moment } from './format.js';

/** @type {Status[]} */
export const STATUSES = ['Pending', 'Processing', 'Waiting', 'Completed', 'Failed', 'Cancelled'];

/** It gets the focus when the view opens. @param {Child} title @param {...Child} rest */
export function heading(title, ...rest) {
  return h('div.title', h('h1', { tabindex: -1 }, title), ...rest);
}

/** @param {string | null} iso */
export function time(iso) {
  return iso && h('time', { datetime: iso, title: iso }, moment(iso));
}

/** @param {string | null} iso */
export function timeAgo(iso) {
  return iso && h('span', time(iso), h('span.hint', ` ${ago(iso)}`));
}

/** A status as text; the color is only an additional hint. @param {Status} status */
export function badge(status) {
  return h('span', { class: `badge ${status}` }, status);
}

/** @param {string} orderId shown as it is, whatever its characters and their direction @param {string | null} [owner] */
export function orderLink(orderId, owner) {
  const link = h('a.id', { href: hrefOf(orderId, owner ?? '') }, h('bdi', orderId));
  return owner ? h('span', link, ' ', h('bdi.hint', owner)) : link;
}

/** Names and values; names without a value are omitted. @param {[name: string, value: Child][]} pairs */
export function facts(pairs) {
  return pairs
    .filter(([, value]) => value || value === 0)
    .map(([name, value]) => h('div', { 'data-key': name }, h('dt', name), h('dd', value)));
}

/**
 * A table with a message for when it is empty.
 * @template Item
 * @param {string} caption for screen readers.
 * @param {Record<string, string>} columns their classes by name. `wide` columns are hidden on a narrow screen.
 * @param {string} whenEmpty
 * @param {(item: Item) => [key: string, ...cells: Child[]]} rowOf
 */
export function makeTable(caption, columns, whenEmpty, rowOf) {
  const rows = h('tbody');
  const empty = h('p.empty', { hidden: true }, whenEmpty);
  const looks = Object.values(columns);
  const head = Object.keys(columns).map((name, place) =>
    name ? h('th', { scope: 'col', class: looks[place] }, name) : h('td'),
  );
  const table = h('table', h('caption.unseen', caption), h('thead', h('tr', ...head)), rows);
  return {
    element: h('div.card', table, empty),
    /** @param {Item[]} items */
    show(items) {
      empty.hidden = items.length > 0;
      const cell = (/** @type {Child} */ content, /** @type {number} */ place) =>
        h('td', { class: looks[place] }, content);
      const wanted = items.map((item) => {
        const [key, ...cells] = rowOf(item);
        return h('tr', { 'data-key': key }, ...cells.map(cell));
      });
      update(rows, wanted);
    },
  };
}

const ORDER_COLUMNS = {
  Order: '',
  Status: '',
  Reason: 'reason',
  User: 'number wide',
  Items: 'number wide',
  Amount: 'number wide',
  Created: 'number wide',
};

/** @param {string} caption */
export function makeOrderTable(caption) {
  return makeTable(caption, ORDER_COLUMNS, 'No orders.', rowOf);
}

/** @param {Order} order @returns {[string, ...Child[]]} */
function rowOf({ order_id, owner, status, reason_code, reason, user_id, item_ids, total_amount, created_at }) {
  return [
    hrefOf(order_id, owner),
    orderLink(order_id, owner),
    badge(status),
    reason_code && h('span', { title: reason ?? undefined }, reason_code, reason && h('span.hint', ` ${reason}`)),
    user_id,
    count(item_ids.length),
    amount(total_amount),
    time(created_at),
  ];
}
