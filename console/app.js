// @ts-check
import { openDeadLetters } from './dead-letters.js';
import { byId } from './dom.js';
import { openFailures } from './failures.js';
import { askForKey, showWhetherThereIsAKey } from './key.js';
import { openOrder } from './order.js';
import { openOrders } from './orders.js';
import { openOverview } from './overview.js';
import { complainAbout, hush, noProblem } from './say.js';

/** @type {View} */
let view;
let leaving = new AbortController();
let timer = 0;

/** `#/orders/ORD-1`, `#/orders?status=Failed` @param {string} hash */
function viewOf(hash) {
  const [path = '', query] = hash.replace(/^#?\/?/, '').split('?');
  const [name, id] = path.split('/');
  if (name === 'orders' && id) return openOrder(decoded(id), refresh);
  if (name === 'orders') return openOrders(new URLSearchParams(query), refresh);
  if (name === 'failures') return openFailures(refresh);
  if (name === 'dead-letters') return openDeadLetters(refresh);
  return openOverview(refresh);
}

/** @param {string} text as it is, when somebody wrote an address by hand that cannot be decoded. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function open() {
  leaving.abort();
  leaving = new AbortController();
  noProblem();
  hush();
  view = viewOf(location.hash);
  document.title = `${view.title} · Orders`;
  byId('view').replaceChildren(...view.content);
  markCurrent();
  refresh();
}

/** Shows how things are now, and comes back after a while. */
async function refresh() {
  clearTimeout(timer);
  const { signal } = leaving;
  try {
    await view.refresh(signal);
    if (!signal.aborted) noProblem();
  } catch (error) {
    if (!signal.aborted) complainAbout(error);
  }
  clearTimeout(timer);
  if (!signal.aborted && isLive() && view.everyMs) timer = setTimeout(refresh, view.everyMs);
}

function isLive() {
  return byId('live').ariaPressed === 'true' && !document.hidden;
}

function markCurrent() {
  const hash = location.hash || '#/';
  for (const link of document.querySelectorAll('nav a')) {
    const target = String(link.getAttribute('href'));
    const isCurrent = hash === target || (target !== '#/' && hash.startsWith(target));
    link.ariaCurrent = isCurrent ? 'page' : null;
  }
}

addEventListener('hashchange', () => {
  open();
  // A new page would begin at its top, and a screen reader would read its title.
  document.querySelector('h1')?.focus({ preventScroll: true });
  scrollTo(0, 0);
});
document.addEventListener('visibilitychange', () => (isLive() ? refresh() : clearTimeout(timer)));
byId('live').addEventListener('click', () => {
  byId('live').ariaPressed = String(byId('live').ariaPressed !== 'true');
  if (isLive()) refresh();
  else clearTimeout(timer);
});
byId('key').addEventListener('click', async () => {
  if (await askForKey()) open();
});
byId('skip').addEventListener('click', () => byId('main').focus());
showWhetherThereIsAKey();
open();
