import { get } from './api.js';
import { makeChart } from './chart.js';
import { h, update } from './dom.js';
import { ApiError } from './errors.js';
import { count, duration } from './format.js';
import { badge, facts, heading, makeOrderTable, STATUSES } from './parts.js';
import { pauseButton } from './processing.js';
import { testOrderButton } from './test-order.js';

/** Minutes. */
const WINDOW = 60;

/** @returns {View} */
export function openOverview() {
  const health = h('ul.health', { 'aria-label': 'What the API needs' });
  const counts = h('ul.tiles', { 'aria-label': 'Orders by status' });
  const known = h('dl.facts.card');
  const throughput = makeChart('Orders per minute', count);
  const latency = makeChart('Processing time', duration);
  const newest = makeOrderTable('Newest orders');
  const charts = h('div.charts', throughput.element, latency.element);
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
        get(`metrics?window=${WINDOW}`, signal, { quiet: true }).catch(unlessForbidden),
        get('orders?limit=8', signal),
      ]);
      newest.show(page.orders);
      unknown.hidden = metrics !== null;
      charts.hidden = counts.hidden = metrics === null;
      if (!metrics) return;
      const { status_counts: byStatus, window } = metrics.data;
      update(
        counts,
        STATUSES.map((status) => tile(status, byStatus[status])),
      );
      update(known, facts(factsOf(metrics.data)));
      showCharts(window, throughput, latency);
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

/** @param {unknown} error */
function unlessForbidden(error) {
  if (error instanceof ApiError && error.status === 403) return null;
  throw error;
}

/** @param {Status} status @param {number} orders */
function tile(status, orders) {
  return h('li', h('a', { href: `#/orders?status=${status}` }, h('b', count(orders)), badge(status)));
}

/** @param {Metrics} metrics @returns {[string, Child][]} */
function factsOf({ oldest_pending_seconds: longest, window }) {
  const { average, p50, p95 } = window.processing_seconds;
  return [
    ['Longest wait', longest > 0 ? duration(longest) : 'nothing waits'],
    ['Mean processing time', duration(average)],
    ['Median', duration(p50)],
    ['95th percentile', duration(p95)],
    ['Retries in the last hour', count(sumOf(window.per_minute, 'retried'))],
  ];
}

/** @param {Metrics['window']} window @param {Chart} throughput @param {Chart} latency */
function showCharts({ per_minute: told, processing_seconds: overall }, throughput, latency) {
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
  latency.show(minutes, [
    { name: '95th percentile', kind: 'line', colour: 'Pending', ...times('p95') },
    { name: 'mean', kind: 'line', colour: 'Processing', ...times('average') },
  ]);
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
