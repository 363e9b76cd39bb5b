import { get } from './api.js';
import { askToRedrive } from './bulk.js';
import { button, h } from './dom.js';
import { count } from './format.js';
import { heading, makeTable, timeAgo } from './parts.js';

/** Failed orders by cause. @returns {View} */
export function openFailures() {
  const table = makeTable(
    'Failed orders by cause',
    { Cause: 'id', Orders: 'number', Oldest: 'number wide', Newest: 'number wide', '': 'number' },
    'There are no Failed orders.',
    rowOf,
  );
  return {
    title: 'Failures',
    content: [
      heading('Failures', h('a', { href: '#/orders?status=Failed' }, 'All Failed orders')),
      h('p.hint', 'Orders that are no longer retried. After you have fixed the cause, redrive them.'),
      table.element,
    ],
    everyMs: 4_000,
    async refresh(signal) {
      const { failures } = await get('failures', signal);
      table.show(failures);
    },
  };
}

/** @param {FailureGroup} group @returns {[string, ...Child[]]} */
function rowOf(group) {
  const cause = group.reason_code ?? 'no code';
  const redrive = button('Redrive…', () => askToRedrive(group));
  redrive.ariaLabel = `Redrive… ${cause}`;
  const query = new URLSearchParams({ status: 'Failed', reason_code: cause });
  const orders = group.reason_code === null ? cause : h('a', { href: `#/orders?${query}` }, cause);
  return [cause, orders, count(group.orders), timeAgo(group.oldest), timeAgo(group.newest), redrive];
}
