import { askToPost } from './act.js';
import { get } from './api.js';
import { copyButton } from './copy.js';
import { button, h, update } from './dom.js';
import { count, counted } from './format.js';
import { refresh } from './live.js';
import { facts, heading, orderLink, timeAgo } from './parts.js';

const WHAT =
  'Messages that workers could not process. No order is lost: the sweep sends another message. Each refresh counts as a receive in SQS, which has no effect here.';

/** Not refreshed automatically: each read counts as a receive. @returns {View} */
export function openDeadLetters() {
  const number = h('p', { role: 'status' });
  const list = h('ul.letters');
  return {
    title: 'Dead letters',
    content: [heading('Dead letters', button('Refresh', refresh)), h('p.hint', WHAT), number, list],
    async refresh(signal) {
      const { dead_letters: letters, approximate_count: about } = await get('dead-letters', signal);
      const all = Math.max(about, letters.length);
      number.textContent =
        all === 0 ? 'There are no dead letters.' : `${counted(letters.length, 'message')} of about ${count(all)}.`;
      update(list, letters.map(item));
    },
  };
}

/** @param {DeadLetter} letter */
function item({ message_id: id, body, sent_at: sentAt, receive_count: receives, orders }) {
  const links = orders.flatMap(({ order_id: orderId, owner }, at) => [at > 0 ? ', ' : '', orderLink(orderId, owner)]);
  const known = facts([
    ['Sent', timeAgo(sentAt)],
    ['Received', counted(receives, 'time')],
    [orders.length > 1 ? 'Orders' : 'Order', orders.length === 0 ? 'none' : h('span', ...links)],
    ['Message id', h('span.id', id)],
  ]);
  const text = h('pre', { tabindex: 0, role: 'region', 'aria-label': `Message body ${id}` }, body);
  const actions = [
    button('Resend…', () => askToPost('dead-letters/resend', RESEND, { message_ids: [id] })),
    button('Delete…', () => askToPost('dead-letters/delete', DELETE, { message_ids: [id] })),
    copyButton('body', () => body),
  ];
  return h('li.card', { 'data-key': id }, text, h('dl.facts', ...known), h('div.actions', ...actions));
}

const RESEND = {
  title: 'Resend this message?',
  text: 'It is moved back to the order queue. If it still cannot be processed, it becomes a dead letter again.',
  submit: 'Resend',
  tell: settled('The message was resent.'),
};

const DELETE = {
  title: 'Delete this message?',
  text: 'Its order does not need it. This cannot be undone.',
  submit: 'Delete',
  danger: true,
  dismiss: 'Keep it',
  tell: settled('The message was deleted.'),
};

/** @param {string} done @returns {(result: SettledDeadLetters) => string} */
function settled(done) {
  return ({ not_found: missing }) =>
    missing.length > 0 ? 'Not found. Another reader may hold it: refresh later.' : done;
}
