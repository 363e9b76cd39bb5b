import { get } from './api.js';
import { makeChart } from './chart.js';
import { h, update } from './dom.js';
import { ApiError, noneIf } from './errors.js';
import { count, duration } from './format.js';
import { badge, facts, heading, makeOrderTable, STATUSES } from './parts.js';
import { pauseButton } from './processing.js';
import { testOrderButton } from './test-order.js';

/** Minutes. */
const WINDOW = 60;

/** Seconds of waiting that are high, and too high: the default of the alarm OrdersWait. */
const WAIT = [60, 300];

/** Percent of the Completed and Failed orders, for which the alarm OrdersFail has the same limit. */
const FAILED = [2, 10];

/** @returns {View} */
export function openOverview() {
  const health = h('ul.health', { 'aria-label': 'What the API needs' });
  const counts = h('ul.tiles', { 'aria-label': 'Orders by status' });
  const known = h('dl.facts.card');
  const all = {
    throughput: makeChart('Orders per minute', count),
    backlog: makeChart('Backlog', count),
    latency: makeChart('Processing time', duration),
  };
  const newest = makeOrderTable('Newest orders');
  const charts = h('div.charts', ...Object.values(all).map(({ element }) => element));
  const unknown = h('p.hint', { hidden: true }, 'Counts and charts need a key with the scope metrics:read.');
  return {
    title: 'Overview',
    content: [
      heading('Overview', health, pauseButton(), testOrderButton()),
      unknown,
      counts,
      known,
      charts,
      h('div.title', h('h2', 'Newest orders'), h('a', { href: '#/orders' }, 'All orders')),
      newest.element,
    ],
    everyMs: 2_000,
    async refresh(signal) {
      const [, metrics, page] = await Promise.all([
        readHealth(signal).then((checks) => update(health, checks)),
        get(`metrics?window=${WINDOW}`, signal, true).catch(noneIf(403)),
        get('orders?limit=8', signal),
      ]);
      newest.show(page.orders);
      unknown.hidden = Boolean(metrics);
      charts.hidden = !metrics;
      if (!metrics) return;
      const tiles = STATUSES.map((status) => tile(status, metrics.data.status_counts[status]));
      update(counts, tiles);
      update(known, facts(factsOf(metrics.data)));
      showCharts(metrics.data, all);
    },
  };
}

/** The health checks of the API, also if it is not ready and returns 503. @param {AbortSignal} signal */
async function readHealth(signal) {
  const { checks } = await get('health', signal).catch((error) => (error instanceof ApiError && error.body) || {});
  return Object.entries(checks ?? {}).map(([name, state]) =>
    h('li', h('span', { class: `badge ${state === 'ok' ? 'Completed' : 'Failed'}` }, `${name} ${state}`)),
  );
}

/** @param {Status} status @param {number} orders */
function tile(status, orders) {
  return h('li', h('a', { href: `#/orders?status=${status}` }, h('b', count(orders)), badge(status)));
}

/** @param {Metrics} metrics @returns {[string, Child][]} */
function factsOf({ oldest_pending_seconds: longest, status_counts: { Pending: pending }, window }) {
  const { per_minute: minutes, processing_seconds } = window;
  const { average, p50, p95 } = processing_seconds;
  const failed = sumOf(minutes, 'failed');
  const share = failed && (100 * failed) / (failed + sumOf(minutes, 'completed'));
  const recent = minutes.filter(({ minute }) => Date.parse(minute) > Date.now() - 600_000);
  const work = pending && (600 * pending) / recent.reduce((sum, minute) => sum + finishedIn(minute), 0);
  const left = work < Infinity ? `, ${duration(work)} of work` : '';
  const backlog = pending > 0 ? `${count(pending)} Pending${left}` : 'empty';
  return [
    ['Longest wait', judged(longest > 0 ? duration(longest) : 'nothing waits', longest, WAIT)],
    // Orders that are scheduled or in backoff do not wait, however many there are.
    ['Backlog', judged(backlog, Math.min(work, longest), WAIT)],
    ['Failed in the last hour', judged(`${count(failed)} (${share.toFixed(1)} %)`, share, FAILED)],
    ['Mean processing time', duration(average)],
    ['Median', duration(p50)],
    ['95th percentile', duration(p95)],
    ['Retries in the last hour', count(sumOf(minutes, 'retried'))],
  ];
}

/** The text, with a word and a colour if the value is high. @param {string} text @param {number} value @param {number[]} limits */
function judged(text, value, [high = 0, tooHigh = 0]) {
  if (value < high) return text;
  return value < tooHigh ? h('b.over.Pending', `${text}: high`) : h('b.over.Failed', `${text}: too high`);
}

/** @param {Metrics} metrics @param {Record<'throughput' | 'backlog' | 'latency', Chart>} charts */
function showCharts({ status_counts: { Pending, Processing, Waiting }, window }, { throughput, backlog, latency }) {
  const { per_minute: told, processing_seconds: overall } = window;
  const minutes = lastMinutes();
  const byTime = new Map(told.map((minute) => [Date.parse(minute.minute), minute]));
  const inOrder = minutes.map((minute) => byTime.get(minute.getTime()));
  const counts = (/** @type {'created' | 'completed' | 'failed'} */ event) => ({
    values: inOrder.map((minute) => minute?.[event] ?? 0),
    overall: sumOf(told, event),
  });
  const times = (/** @type {'average' | 'p95'} */ quantity) => ({
    values: inOrder.map((minute) => minute?.processing_seconds[quantity] ?? null),
    overall: overall[quantity],
  });
  throughput.show(minutes, [
    { name: 'accepted', kind: 'line', colour: 'ink', ...counts('created') },
    { name: 'completed', kind: 'bar', colour: 'Completed', ...counts('completed') },
    { name: 'failed', kind: 'bar', colour: 'Failed', ...counts('failed') },
  ]);
  const values = backlogOf(Pending + Processing + Waiting, inOrder);
  const waiting = { values, overall: values.at(-1) ?? null, isExact: true };
  backlog.show(minutes, [{ name: 'orders not finished', kind: 'line', colour: 'Pending', ...waiting }]);
  latency.show(minutes, [
    { name: '95th percentile', kind: 'line', colour: 'Pending', ...times('p95') },
    { name: 'mean', kind: 'line', colour: 'Processing', ...times('average') },
  ]);
}

/**
 * At the end of each minute, counted back from the present. Redrives are not counted.
 * @param {number} orders now @param {(Minute | undefined)[]} minutes
 */
function backlogOf(orders, minutes) {
  return minutes
    .toReversed()
    .map((minute) => {
      const then = Math.max(0, orders);
      if (minute) orders += finishedIn(minute) - minute.created;
      return then;
    })
    .reverse();
}

/** @param {Minute} minute */
function finishedIn({ completed, failed, cancelled }) {
  return completed + failed + cancelled;
}

/** The last minutes, oldest first. The API returns only minutes with activity. */
function lastMinutes() {
  const now = Math.floor(Date.now() / 60_000);
  return Array.from({ length: WINDOW }, (_, place) => new Date((now - WINDOW + 1 + place) * 60_000));
}

/** @param {Minute[]} minutes @param {'created' | 'completed' | 'failed' | 'retried'} event */
function sumOf(minutes, event) {
  return minutes.reduce((sum, minute) => sum + minute[event], 0);
}
