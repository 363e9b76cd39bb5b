import { ask } from './act.js';
import { get, post } from './api.js';
import { button, h } from './dom.js';
import { field } from './form.js';
import { count, counted } from './format.js';
import { orderLink } from './parts.js';
import { attempt, say } from './say.js';

/** The limit of one request. */
const MOST = 1_000;

/** A page can be empty. */
const PAGES = 30;

/** Nobody reads more ids. */
const SHOWN = 20;

/** Acts on all listed orders. @param {string | null} status in the filter @param {PageOf} pathOf */
export function bulkButtons(status, pathOf) {
  const verb = status === 'Failed' ? 'Redrive' : status === 'Pending' || status === 'Waiting' ? 'Cancel' : undefined;
  return verb ? [button(`${verb} all…`, () => attempt(async () => askForAll(verb, await readAll(pathOf))))] : [];
}

/** @param {PageOf} pathOf */
async function readAll(pathOf) {
  /** @type {Order[]} */
  const orders = [];
  /** @type {string | null} */
  let cursor = null;
  for (let page = 0; page < PAGES && orders.length < MOST && (page === 0 || cursor); page += 1) {
    /** @type {OrderPage} */
    const read = await get(pathOf(cursor, 100));
    orders.push(...read.orders);
    cursor = read.next_cursor;
  }
  return orders;
}

/** @param {'Redrive' | 'Cancel'} verb @param {Order[]} orders */
function askForAll(verb, orders) {
  if (orders.length === 0) return say('There are no orders with this filter.');
  const danger = verb === 'Cancel';
  const question = {
    title: `${verb} ${counted(orders.length, 'order')}?`,
    content: [
      orders.length >= MOST && `These are the newest ${count(MOST)}. Repeat it for the others.`,
      ...idsOf(orders),
      danger && 'They will never be processed. This cannot be reverted.',
    ],
    submit: `${verb} them`,
    danger,
  };
  ask(question, async (reason) => {
    let changed = 0;
    let later = 0;
    for (const [owner, ids] of Map.groupBy(orders, (order) => order.owner)) {
      const { data } = await post(`orders/${verb.toLowerCase()}`, {
        order_ids: ids.map((order) => order.order_id),
        owner: owner || undefined,
        reason,
        ...(!danger && { limit: MOST }),
      });
      changed += data.orders.length;
      later += data.cancelling ?? 0;
    }
    const total = ` of ${counted(orders.length, 'order')} ${danger ? 'cancelled' : 'redriven'}.`;
    return count(changed - later) + total + (later > 0 ? ` ${count(later)} will be Cancelled later.` : '');
  });
}

/** @param {{ order_id: string, owner: string }[]} orders */
function idsOf(orders) {
  const more = orders.length - SHOWN;
  return [
    h('ul.ids', ...orders.slice(0, SHOWN).map((order) => h('li', orderLink(order.order_id, order.owner)))),
    h('p.hint', more > 0 && `and ${count(more)} more`),
  ];
}

/** Redrives the Failed orders of one cause. @param {FailureGroup} group */
export function askToRedrive({ reason_code: code, orders }) {
  const limit = field({
    name: 'limit',
    label: 'Maximum number of orders',
    value: String(Math.min(orders, MOST)),
    inputmode: 'numeric',
    required: true,
  });
  const preview = h('div', { role: 'status' });
  /** @param {object} more @returns {Promise<RedriveOutcome>} */
  const redrive = async (more) => {
    const { data } = await post('orders/redrive', { reason_code: code, limit: Number(limit.input.value), ...more });
    return data;
  };
  const dryRun = async () => {
    const { orders, capped } = await redrive({ dry_run: true });
    preview.replaceChildren(
      h('p', `${counted(orders.length, 'order')} would be redriven.${aboutCapped(capped)}`),
      ...idsOf(orders),
    );
    return false;
  };
  const question = {
    title: `Redrive ${counted(orders, 'order')} that failed with ${code ?? 'no code'}?`,
    content: ['Each order gets a new budget of attempts. A dry run changes nothing.', limit, preview],
    submit: 'Redrive',
    extra: button('Dry run', () => dialog.run(dryRun)),
  };
  const dialog = ask(question, async (reason) => {
    const { orders, capped } = await redrive({ reason });
    return `${counted(orders.length, 'order')} redriven.${aboutCapped(capped)}`;
  });
}

/** @param {number} capped */
function aboutCapped(capped) {
  return capped > 0 ? ` ${counted(capped, 'order')} more reached the redrive limit.` : '';
}
