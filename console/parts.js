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
 * @param {string} caption for screen readers.
 * @param {[name: string, look: string][]} columns `wide` columns are hidden on a narrow screen.
 * @param {string} whenEmpty
 */
export function makeTable(caption, columns, whenEmpty) {
  const rows = h('tbody');
  const empty = h('p.empty', { hidden: true }, whenEmpty);
  const head = columns.map(([name, look]) => (name ? h('th', { scope: 'col', class: look }, name) : h('td')));
  const table = h('table', h('caption.unseen', caption), h('thead', h('tr', ...head)), rows);
  return {
    element: h('div.card', table, empty),
    /** @param {Map<string, Child[]>} cells of each row, by a key. */
    show(cells) {
      empty.hidden = cells.size > 0;
      update(
        rows,
        [...cells].map(([key, row]) => h('tr', { 'data-key': key }, ...row.map(cell))),
      );
    },
  };

  /** @param {Child} content @param {number} place */
  function cell(content, place) {
    return h('td', { class: columns[place]?.[1] }, content);
  }
}

/** @param {string} caption */
export function makeOrderTable(caption) {
  const table = makeTable(
    caption,
    [
      ['Order', ''],
      ['Status', ''],
      ['Reason', 'reason wide'],
      ['User', 'number wide'],
      ['Items', 'number wide'],
      ['Amount', 'number'],
      ['Created', 'number wide'],
    ],
    'No orders.',
  );
  return {
    element: table.element,
    /** @param {Order[]} orders */
    show(orders) {
      table.show(new Map(orders.map((order) => [hrefOf(order.order_id, order.owner), cellsOf(order)])));
    },
  };
}

/** @param {Order} order @returns {Child[]} */
function cellsOf({ order_id, owner, status, reason_code, reason, user_id, item_ids, total_amount, created_at }) {
  return [
    orderLink(order_id, owner),
    badge(status),
    reason_code && h('span', { title: reason ?? undefined }, reason_code, reason && h('span.hint', ` ${reason}`)),
    user_id,
    count(item_ids.length),
    amount(total_amount),
    time(created_at),
  ];
}
