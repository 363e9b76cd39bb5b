import type { Processor } from '../../../lib/processors/processor.ts';
import { bank, mail, stock } from './shop.ts';

export default (async ({ userId, itemIds, totalAmount }, { step }) => {
  const held = await step('reserve', (attempt) => stock.reserve(itemIds, attempt));
  const paid = await step('charge', (attempt) => bank.charge(totalAmount, attempt));
  await step('notify', (attempt) => mail.send(userId, held.id, paid.id, attempt));
}) satisfies Processor;
