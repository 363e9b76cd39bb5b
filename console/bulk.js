import { get, post } from './api.js';
import { forgetBadges } from './badges.js';
import { openDialog } from './dialog.js';
import { button, h } from './dom.js';
import { field } from './form.js';
import { count, counted } from './format.js';
import { refresh } from './live.js';
import { orderLink } from './parts.js';
import { attempt, say } from './say.js';

/** The limit of one request. */
const MOST = 1_000;

/** A page can be empty. */
const PAGES = 30;

/** Nobody reads more ids. */
const SHOWN = 20;

const reasonField = () =>
  field({ name: 'reason', label: 'Reason, for the history of the orders (optional)', maxlength: 500 });

const VERBS = { Redrive: 'redriven', Cancel: 'cancelled' };

/** Acts on all listed orders. @param {string | null} status in the filter @param {PageOf} pathOf */
export function bulkButtons(status, pathOf) {
  const verb = status === 'Failed' ? 'Redrive' : status === 'Pending' || status === 'Waiting' ? 'Cancel' : undefined;
  return verb ? [button(`${verb} all…`, () => attempt(async () => ask(verb, await readAll(pathOf))))] : [];
}

/** @param {PageOf} pathOf */
async function readAll(pathOf) {
  /** @type {Order[]} */
  const orders = [];
  /** @type {string | null} */
  let cursor = null;
  for (let page = 0; page < PAGES && orders.length < MOST && (page === 0 || cursor); page += 1) {
    /** @type {OrderPage} */
    const read = await get(pathOf(cursor, 100), AbortSignal.timeout(30_000));
    orders.push(...read.orders);
    cursor = read.next_cursor;
  }
  return orders;
}

/** @param {keyof typeof VERBS} verb @param {Order[]} orders */
function ask(verb, orders) {
  if (orders.length === 0) return say('There are no orders with this filter.');
  const reason = reasonField();
  openDialog({
    title: `${verb} ${counted(orders.length, 'order')}?`,
    content: [
      orders.length >= MOST && h('p', `These are the newest ${count(MOST)}. Repeat it for the others.`),
      ...idsOf(orders),
      verb === 'Cancel' && h('p', 'They will never be processed. This cannot be reverted.'),
      reason,
    ],
    submit: `${verb} them`,
    danger: verb === 'Cancel',
    onSubmit: async () => {
      let changed = 0;
      for (const [owner, ids] of Map.groupBy(orders, (order) => order.owner)) {
        const { data } = await post(`orders/${verb.toLowerCase()}`, {
          order_ids: ids.map((order) => order.order_id),
          owner: owner || undefined,
          reason: reason.input.value || undefined,
          ...(verb === 'Redrive' && { limit: MOST }),
        });
        changed += data.orders.length;
      }
      forgetBadges();
      await refresh();
      say(`${count(changed)} of ${counted(orders.length, 'order')} ${VERBS[verb]}.`);
      return true;
    },
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
  const most = String(Math.min(orders, MOST));
  const limit = field({
    name: 'limit',
    label: 'Maximum number of orders',
    value: most,
    inputmode: 'numeric',
    required: true,
  });
  const reason = reasonField();
  const preview = h('div', { role: 'status' });
  /** @param {boolean} dryRun @returns {Promise<RedriveOutcome>} */
  const redrive = async (dryRun) => {
    const { data } = await post('orders/redrive', {
      reason_code: code,
      limit: Number(limit.input.value),
      dry_run: dryRun,
      reason: reason.input.value || undefined,
    });
    return data;
  };
  const dryRun = async () => {
    preview.replaceChildren(...previewOf(await redrive(true)));
    return false;
  };
  const dialog = openDialog({
    title: `Redrive ${counted(orders, 'order')} that failed with ${code ?? 'no code'}?`,
    content: [h('p', 'Each order gets a new budget of attempts. A dry run changes nothing.'), limit, reason, preview],
    submit: 'Redrive',
    extra: button('Dry run', () => dialog.run(dryRun)),
    onSubmit: async () => {
      const { order_ids: ids, capped } = await redrive(false);
      forgetBadges();
      await refresh();
      say(`${counted(ids.length, 'order')} redriven.`, aboutCapped(capped));
      return true;
    },
  });
}

/** @param {RedriveOutcome} outcome */
function previewOf({ orders, capped }) {
  return [h('p', `${counted(orders.length, 'order')} would be redriven.`, aboutCapped(capped)), ...idsOf(orders)];
}

/** @param {number} capped */
function aboutCapped(capped) {
  return capped > 0 && ` ${counted(capped, 'order')} more reached the redrive limit.`;
}
