import { get } from './api.js';
import { h } from './dom.js';
import { count, hrefOf } from './format.js';
import { heading, makeTable, time } from './parts.js';

/** @returns {View} */
export function openAudit() {
  const table = makeTable(
    'What operators did, newest first',
    { Time: '', Action: '', Orders: 'number wide', Target: 'id', Actor: 'id wide', Reason: 'wide' },
    'No entries.',
    rowOf,
  );
  return {
    title: 'Audit',
    content: [heading('Audit'), h('p.hint', 'The latest 100 actions on orders, keys and the service.'), table.element],
    async refresh(signal) {
      const { audit } = await get('audit?limit=100', signal);
      table.show(audit);
    },
  };
}

/** @param {AuditEntry} row @returns {[string, ...Child[]]} */
function rowOf({ entry, at, action, orders, owner, target, actor, details, reason }) {
  const isOrder = action.startsWith('orders.') && target !== null;
  const known = Object.entries(details).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const about = isOrder ? h('a', { href: hrefOf(target, owner ?? '') }, h('bdi', target)) : target;
  return [
    String(entry),
    time(at),
    action,
    orders !== null && count(orders),
    h('span', about ?? '', known.length > 0 && h('span.hint', ` ${known.join(', ')}`)),
    actor,
    reason,
  ];
}
