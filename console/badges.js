import { get } from './api.js';
import { byId, h } from './dom.js';
import { count } from './format.js';
import { storedKey } from './key.js';

/** Milliseconds between two reads. */
const EVERY_MS = 15_000;

/** Badges that a key may not read. */
const denied = new Set();
let readAt = Number.NEGATIVE_INFINITY;

/** @param {AbortSignal} signal */
export async function showBadges(signal) {
  if (performance.now() - readAt < EVERY_MS) return;
  readAt = performance.now();
  await Promise.all([
    show('failures', async () => (await get('metrics?window=1', signal, true)).data.status_counts.Failed),
    // Without receiving them.
    show('letters', async () => (await get('dead-letters?limit=0', signal, true)).approximate_count),
  ]);
}

/** An action has changed the numbers, or there is another key. */
export function forgetBadges() {
  denied.clear();
  readAt = Number.NEGATIVE_INFINITY;
}

/** @param {string} id @param {() => Promise<number>} read */
async function show(id, read) {
  const asked = `${storedKey()} ${id}`;
  if (denied.has(asked)) return;
  const number = await read().catch(({ status }) => {
    if (status === 403) denied.add(asked);
  });
  const unknown = denied.has(asked) && h('span', { title: 'This key cannot read their number.' }, '?');
  byId(id).replaceChildren(unknown || (number ? h('span.count', count(number)) : ''));
}
