import { get } from './api.js';
import { button, h, update } from './dom.js';
import { count, counted } from './format.js';
import { refresh } from './live.js';
import { facts, heading, orderLink, time } from './parts.js';

const WHAT =
  'Messages that the workers could make nothing of. No order is lost with them: orders are in the database, and their next message is sent from there.';

/** Not renewed by itself: each look counts as a receive of the messages. @returns {View} */
export function openDeadLetters() {
  const number = h('p', { role: 'status' });
  const list = h('ul.letters');
  return {
    title: 'Dead letters',
    content: [heading('Dead letters', button('Look again', refresh)), h('p.hint', WHAT), number, list],
    async refresh(signal) {
      const { dead_letters: letters, approximate_count: about } = await get('dead-letters', signal);
      const all = Math.max(about, letters.length);
      number.textContent =
        all === 0 ? 'There are none.' : `${counted(letters.length, 'message')} of about ${count(all)}.`;
      update(list, letters.map(item));
    },
  };
}

/** @param {DeadLetter} letter */
function item({ message_id: id, body, sent_at: sentAt, receive_count: receives, order_id: orderId }) {
  const known = facts([
    ['Sent', time(sentAt)],
    ['Received', counted(receives, 'time')],
    ['Order', orderId === null ? 'none' : orderLink(orderId)],
    ['Message id', h('span.id', id)],
  ]);
  const text = h('pre', { tabindex: 0, role: 'region', 'aria-label': 'Body of the message' }, body);
  return h('li.card', { 'data-key': id }, text, h('dl.facts', ...known));
}
