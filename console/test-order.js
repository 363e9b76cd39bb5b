import { done } from './act.js';
import { post } from './api.js';
import { openDialog } from './dialog.js';
import { button } from './dom.js';
import { field } from './form.js';
import { orderLink } from './parts.js';

export function testOrderButton() {
  // On a deployed stage, the order is as real as any other.
  const isLocal = /^(localhost|127\.|\[::1\])/.test(location.hostname);
  return button('Submit a test order', () => askForTestOrder(), isLocal ? 'primary' : 'plain');
}

function askForTestOrder() {
  const orderId = field({ name: 'order_id', label: 'Order id', value: `TEST-${someLetters()}`, required: true });
  const userId = field({ name: 'user_id', label: 'User id', value: '1', inputmode: 'numeric', required: true });
  const total = field({ name: 'total_amount', label: 'Amount', value: '19.99', inputmode: 'decimal', required: true });
  const items = field({
    name: 'item_ids',
    label: 'Item ids',
    value: '1, 2',
    hint: 'Whole numbers, separated by commas.',
  });
  const textOf = (/** @type {Field} */ { input }) => input.value.trim();
  openDialog({
    title: 'Submit a test order',
    content: ['A test order is processed and counted like any other order.', orderId, userId, total, items],
    submit: 'Submit',
    onSubmit: async () => {
      const id = orderId.input.value;
      await post('orders', {
        order_id: id,
        // As text: the API accepts numbers as text, and reports an invalid one.
        user_id: textOf(userId),
        item_ids: textOf(items).match(/[^,\s]+/g) ?? [],
        total_amount: textOf(total),
      });
      return done('Accepted: ', orderLink(id));
    },
  });
}

function someLetters() {
  return crypto.getRandomValues(new Uint32Array(1))[0]?.toString(36).toUpperCase();
}
