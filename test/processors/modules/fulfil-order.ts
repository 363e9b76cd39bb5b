import type { Processor } from '../../../lib/processors/processor.ts';
import { bank, mail, stock } from './shop.ts';

export default (async ({ userId, itemIds, totalAmount }, { step, waitFor }) => {
  const held = await step('reserve', (attempt) => stock.reserve(itemIds, attempt));
  const paid = await step('charge', (attempt) => bank.charge(totalAmount, attempt));
  const parcel = await waitFor<{ id: string }>('shipped', { timeoutSeconds: 7 * 86_400 });
  await step('notify', (attempt) => mail.send(userId, [held.id, paid.id, parcel.id], attempt));
}) satisfies Processor;
