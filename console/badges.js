import { get } from './api.js';
import { byId, h, update } from './dom.js';
import { count } from './format.js';
import { storedKey } from './key.js';

/** Milliseconds between two reads. */
const EVERY_MS = 15_000;

/** Requests that a key may not make. */
const denied = new Set();
let readAt = Number.NEGATIVE_INFINITY;

/** @param {AbortSignal} signal */
export async function showBadges(signal) {
  if (performance.now() - readAt < EVERY_MS) return;
  readAt = performance.now();
  const [metrics, letters] = await Promise.all([
    readQuietly('metrics?window=1', signal),
    // Without receiving them.
    readQuietly('dead-letters?limit=0', signal),
  ]);
  show('failures', metrics?.data.status_counts.Failed);
  show('letters', letters?.approximate_count);
}

/** An action has changed the numbers, or there is another key. */
export function forgetBadges() {
  readAt = Number.NEGATIVE_INFINITY;
}

/** Undefined if it fails. @template {string} Path @param {Path} path @param {AbortSignal} signal */
function readQuietly(path, signal) {
  const request = `${storedKey()} ${path}`;
  if (denied.has(request)) return undefined;
  return get(path, signal, { quiet: true }).catch((error) => {
    if (error.status === 403) denied.add(request);
    return undefined;
  });
}

/** @param {string} id @param {number | undefined} number */
function show(id, number) {
  update(byId(id), number ? [h('span.count', count(number))] : []);
}
