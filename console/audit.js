import { get } from './api.js';
import { h } from './dom.js';
import { counted, hrefOf } from './format.js';
import { heading, makeTable, time } from './parts.js';

/** @returns {View} */
export function openAudit() {
  const table = makeTable('What operators did, newest first', { Time: '', Action: 'id' }, 'No entries.', rowOf);
  return {
    title: 'Audit',
    content: [heading('Audit'), h('p.hint', 'The latest 100 actions on orders, keys and the service.'), table.element],
    async refresh(signal) {
      const { audit } = await get('audit?limit=100', signal);
      table.show(audit);
    },
  };
}

/** In one cell, so that a phone shows all of it. @param {AuditEntry} row @returns {[string, ...Child[]]} */
function rowOf({ entry, at, action, orders, owner, target, actor, details, reason }) {
  const isOrder = action.startsWith('orders.') && target !== null;
  const known = Object.entries(details).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const what = h(
    'div',
    h('b', action),
    orders !== null && ` ${counted(orders, 'order')}`,
    ' ',
    isOrder ? h('a', { href: hrefOf(target, owner ?? '') }, h('bdi', target)) : target,
    h('span.hint', ` ${known.join(', ')}`),
    reason && h('p', reason),
    h('p.hint', 'by ', actor),
  );
  return [String(entry), time(at), what];
}
