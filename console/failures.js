// @ts-check
import { get } from './api.js';
import { button, h } from './dom.js';
import { count } from './format.js';
import { heading, makeTable, time } from './parts.js';
import { showProcessing } from './processing.js';
import { askToRedrive } from './redrive.js';

/** Failed orders by their cause. @type {OpenView} */
export function openFailures(refresh) {
  const table = makeTable(
    'Failed orders by cause',
    [
      ['Cause', 'id'],
      ['Orders', 'number'],
      ['Oldest', 'number wide'],
      ['Newest', 'number wide'],
      ['', 'number'],
    ],
    'No order is Failed.',
  );
  return {
    title: 'Failures',
    content: [
      heading('Failures', h('a', { href: '#/orders?status=Failed' }, 'All Failed orders')),
      h('p.hint', 'Orders that are not tried any more. When their cause is mended, redrive them.'),
      table.element,
    ],
    everyMs: 4_000,
    async refresh(signal) {
      const [{ failures }] = await Promise.all([get('failures', signal), showProcessing(signal, refresh)]);
      table.show(new Map(failures.map((group) => [group.reason_code ?? '', cellsOf(group, refresh)])));
    },
  };
}

/** @param {FailureGroup} group @param {Refresh} refresh @returns {Child[]} */
function cellsOf(group, refresh) {
  const cause = group.reason_code ?? 'no cause given';
  const redrive = button('Redrive…', () => askToRedrive(group, refresh));
  redrive.ariaLabel = `Redrive: ${cause}`;
  return [cause, count(group.orders), time(group.oldest), time(group.newest), redrive];
}
