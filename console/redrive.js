import { post } from './api.js';
import { openDialog } from './dialog.js';
import { button, h } from './dom.js';
import { field } from './form.js';
import { count, counted } from './format.js';
import { refresh } from './live.js';
import { orderLink } from './parts.js';
import { say } from './say.js';

/** The most orders in one request. */
const MOST = 1_000;

/** The most ids to list; nobody reads more. */
const SHOWN = 20;

/** Redrives the Failed orders of one cause, or shows which orders it would redrive. @param {FailureGroup} group */
export function askToRedrive({ reason_code: code, orders }) {
  const most = String(Math.min(orders, MOST));
  const limit = field({
    name: 'limit',
    label: 'Maximum number of orders',
    value: most,
    inputmode: 'numeric',
    required: true,
  });
  const reason = field({ name: 'reason', label: 'Reason, for the history of the orders (optional)', maxlength: 500 });
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
      await refresh();
      say(`${counted(ids.length, 'order')} redriven.`, aboutCapped(capped));
      return true;
    },
  });
}

/** @param {RedriveOutcome} outcome */
function previewOf({ orders, capped }) {
  const list = h('ul.ids', ...orders.slice(0, SHOWN).map((order) => h('li', orderLink(order.order_id, order.owner))));
  const more = orders.length > SHOWN && `and ${count(orders.length - SHOWN)} more`;
  return [
    h('p', `${counted(orders.length, 'order')} would be redriven.`, aboutCapped(capped)),
    list,
    h('p.hint', more),
  ];
}

/** @param {number} capped */
function aboutCapped(capped) {
  return capped > 0 && ` ${counted(capped, 'order')} more reached the redrive limit.`;
}
