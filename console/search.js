import { get } from './api.js';
import { byId } from './dom.js';
import { noneIf } from './errors.js';
import { hrefOf, pathOf } from './format.js';
import { attempt } from './say.js';

/** @param {string} id its start */
export function hrefOfPrefix(id) {
  return `#/orders?${new URLSearchParams({ order_id_prefix: id })}`;
}

/** Opens the order, or lists the orders whose ids start like this. @param {string} text */
async function find(text) {
  // An id can begin or end with spaces, but a pasted one rarely does.
  for (const id of new Set([text, text.trim()])) {
    if (id === '') return;
    // Not exactly one order, or not an id.
    const order = await get(pathOf(id, '', null)).catch(noneIf(400, 404, 409));
    if (order) {
      location.hash = hrefOf(order.order_id, order.owner);
      return;
    }
  }
  location.hash = hrefOfPrefix(text.trim());
}

export function watchSearch() {
  const input = /** @type {HTMLInputElement} */ (document.querySelector('#search input'));
  byId('search').addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(() => find(input.value));
  });
  addEventListener('keydown', (event) => {
    const { key, ctrlKey, metaKey, altKey, target } = event;
    if (key !== '/' || ctrlKey || metaKey || altKey || document.querySelector('dialog')) return;
    if (target instanceof Element && target.closest('input, select, textarea')) return;
    event.preventDefault();
    input.select();
  });
}
