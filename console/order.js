import { askToPost } from './act.js';
import { get } from './api.js';
import { copyButton } from './copy.js';
import { button, h, update } from './dom.js';
import { noneIf } from './errors.js';
import { amount, count, duration, pathOf } from './format.js';
import { badge, facts, heading, time, timeAgo } from './parts.js';
import { hrefOfPrefix } from './search.js';

/** @param {string} orderId @param {string | null} owner @returns {View} */
export function openOrder(orderId, owner) {
  const status = h('span', { role: 'status' });
  const actions = h('div.actions');
  const known = h('dl.facts.card');
  const journey = h('ol.journey.card');
  const missing = h('div', { role: 'alert' });
  const json = h('pre', { tabindex: 0, role: 'region', 'aria-label': 'Raw JSON' });
  const raw = h('details.card', { hidden: true }, h('summary', 'Raw JSON'), json);
  raw.append(copyButton('JSON', () => json.textContent));
  const copyId = copyButton('id', () => orderId);
  return {
    title: orderId,
    content: [
      heading(h('bdi.id', orderId), status, copyId, actions),
      missing,
      known,
      h('h2', 'Journey'),
      journey,
      h('p.hint', 'Log entries have this id as order_id, and a trace_id.'),
      raw,
    ],
    everyMs: 2_000,
    async refresh(signal) {
      const found = await Promise.all([
        get(pathOf(orderId, '', owner), signal),
        get(pathOf(orderId, '/history', owner), signal),
      ]).catch(noneIf(404));
      update(missing, found ? [] : [notFound(orderId)]);
      raw.hidden = !found;
      if (!found) return;
      const [order, { history }] = found;
      const text = JSON.stringify({ ...order, history }, null, 2);
      // Only if it differs, so that a selection stays.
      if (json.textContent !== text) json.textContent = text;
      update(status, [badge(order.status)]);
      update(actions, actionsFor(order));
      update(known, facts(factsOf(order)));
      update(journey, withSteps(history, order.steps).map(milestone));
    },
  };
}

/** @param {string} orderId */
function notFound(orderId) {
  return h(
    'div.notice.Failed',
    h('p', 'There is no order with this id. Order ids are case-sensitive.'),
    h('a', { href: hrefOfPrefix(orderId) }, 'Ids that start with this'),
    h('a', { href: '#/orders' }, 'All orders'),
  );
}

/** @param {Order} order @returns {[string, Child][]} */
function factsOf(order) {
  const lines = order.items.map((item) => `${count(item.quantity)} × ${item.sku} at ${amount(item.unit_price)}`);
  const all = [...order.item_ids, ...lines];
  const items = all.slice(0, 20).join(', ') || 'none';
  const more = all.length - 20;
  const continues = order.next_attempt_at && Date.parse(order.next_attempt_at) > Date.now();
  return [
    ['Owner', order.owner],
    ['User', order.user_id],
    ['Amount', [amount(order.total_amount), order.currency].filter(Boolean).join(' ')],
    ['Items', more > 0 ? `${items} and ${count(more)} more` : items],
    ['Customer', order.customer_ref],
    ['Metadata', pairs(order.metadata)],
    ['Created', timeAgo(order.created_at)],
    ['Finished', timeAgo(order.finished_at)],
    ['Processing took', order.processing_time !== null && duration(order.processing_time)],
    ['Attempts', order.attempts > 0 && order.attempts],
    ['Workers lost', order.crashes > 0 && order.crashes],
    ['Continues at', continues && time(order.next_attempt_at)],
    ['Cancellation requested', order.cancel_requested_at && time(order.cancel_requested_at)],
    ['Status after the undo', order.ends_as],
    ['Cause', order.reason_code],
    ['Reason', order.reason],
  ];
}

/** @param {Record<string, string>} metadata */
const pairs = (metadata) =>
  Object.entries(metadata)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ');

/** @param {Order} order */
function actionsFor({ order_id: orderId, owner, status, next_states: next, cancel_requested_at: cancelled }) {
  const redrive = () => askToPost(pathOf(orderId, '/redrive', owner), REDRIVE);
  const cancel = () => askToPost(pathOf(orderId, '/cancel', owner), CANCEL);
  if (next.includes('Cancelled')) return cancelled ? [] : [button('Cancel the order', cancel)];
  return status === 'Failed' ? [button('Redrive…', redrive)] : [];
}

const CANCEL = {
  title: 'Cancel this order?',
  text: 'Steps that have an undo are undone first. This cannot be reverted.',
  submit: 'Cancel the order',
  danger: true,
  dismiss: 'Keep it',
  /** @param {Order} order */
  tell: ({ status }) => `The order ${status === 'Cancelled' ? 'was' : 'is being'} cancelled.`,
};

const REDRIVE = {
  title: 'Redrive this order?',
  text: 'It is sent back to be processed, with a new budget of attempts. Fix the cause first.',
  submit: 'Redrive',
  tell: () => 'The order was redriven.',
};

/** The meaning of an entry, by its code or else by its states. @type {Record<string, string>} */
const EVENTS = {
  'null Pending': 'Accepted',
  'Pending Processing': 'Claimed by a worker',
  'Processing Processing': 'Claimed again: the previous worker was lost',
  'Processing Failed': 'Failed, not retried',
  'Processing Pending': 'Failed, will be retried',
  'Processing Waiting': 'Suspended',
  'Waiting Processing': 'Continued',
  'Pending Pending': 'Changed',
  'Failed Pending': 'Redriven, with a new budget of attempts',
  cancel_requested: 'Cancellation requested',
  step_done: 'Step recorded',
  step_undone: 'Step undone',
  wait: 'Waits for a signal',
  signal_received: 'Signal received',
  signal_timeout: 'No signal in time',
  undo: 'Claimed to undo its steps',
};

const STEP_DONE = /** @type {const} */ ({ from: 'Processing', to: 'Processing', reason_code: 'step_done', actor: '' });

/**
 * Sleeps, waits and signals are in the history; the steps of the current run are not.
 * @param {HistoryEntry[]} history @param {OrderStep[]} steps
 */
function withSteps(history, steps) {
  /** @type {HistoryEntry[]} */
  const done = steps
    .filter(({ kind }) => kind === 'step')
    .map(({ name: reason, attempt, finished_at: at }) => ({ ...STEP_DONE, at, attempt, reason }));
  return [...history, ...done].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

/** @param {HistoryEntry} entry @param {number} place @param {HistoryEntry[]} history */
function milestone({ at, from, to, attempt, reason_code: code, reason, actor }, place, history) {
  const before = history[place - 1];
  const since = before && duration(Math.max(0, (Date.parse(at) - Date.parse(before.at)) / 1000));
  return h(
    'li',
    { 'data-key': place, class: to },
    h(
      'p',
      h('b', EVENTS[code ?? ''] ?? EVENTS[`${from} ${to}`] ?? to),
      attempt > 0 && h('span.hint', ` attempt ${attempt}`),
    ),
    h('p', time(at), since && h('span.hint', ` ${since} later`)),
    (code || reason) && h('p', [code, reason].filter(Boolean).join(': ')),
    actor && h('p.hint', 'by ', h('span.id', actor)),
  );
}
