import { openAudit } from './audit.js';
import { forgetBadges, showBadges } from './badges.js';
import { openDeadLetters } from './dead-letters.js';
import { byId } from './dom.js';
import { openFailures } from './failures.js';
import { askForKey, showWhetherThereIsAKey } from './key.js';
import { enter } from './live.js';
import { openOrder } from './order.js';
import { openOrders } from './orders.js';
import { openOverview } from './overview.js';
import { showProcessing } from './processing.js';
import { hush } from './say.js';
import { watchSearch } from './search.js';
import { watchZone } from './zone.js';

/** `#/orders/ORD-1`, `#/orders?status=Failed` @param {string} hash */
function viewOf(hash) {
  const [path = '', query] = hash.replace(/^#?\/?/, '').split('?');
  const [name, id] = path.split('/');
  if (name === 'orders' && id) return openOrder(decoded(id), new URLSearchParams(query).get('owner'));
  if (name === 'orders') return openOrders(new URLSearchParams(query));
  if (name === 'failures') return openFailures();
  if (name === 'dead-letters') return openDeadLetters();
  if (name === 'audit') return openAudit();
  return openOverview();
}

/** Unlike `decodeURIComponent`, this accepts any hand-written address. @param {string} text */
function decoded(text) {
  return String(new URLSearchParams(`text=${text.replace(/[+&]/g, encodeURIComponent)}`).get('text'));
}

function open() {
  const view = viewOf(location.hash);
  hush();
  document.title = `${view.title} · Orders`;
  byId('view').replaceChildren(...view.content);
  markCurrent(location.hash || '#/');
  enter({
    ...view,
    refresh: (signal) => Promise.all([view.refresh(signal), showProcessing(signal), showBadges(signal)]),
  });
}

/** @param {string} hash */
function markCurrent(hash) {
  for (const link of document.querySelectorAll('nav a')) {
    const target = String(link.getAttribute('href'));
    const isCurrent = hash === target || (target !== '#/' && hash.startsWith(target));
    link.ariaCurrent = isCurrent ? 'page' : null;
  }
}

addEventListener('hashchange', () => {
  open();
  document.querySelector('h1')?.focus({ preventScroll: true });
  scrollTo(0, 0);
});
byId('key').addEventListener('click', async () => {
  if (!(await askForKey())) return;
  forgetBadges();
  open();
});
byId('skip').addEventListener('click', () => byId('main').focus());
showWhetherThereIsAKey();
watchSearch();
watchZone(open);
open();
