import { PermanentFailure, type Processor, TransientFailure } from '../../../lib/processors/processor.ts';

const BANK = process.env.BANK_URL ?? 'https://bank.example/charges';
export default (async ({ totalAmount }, { idempotencyKey, signal }) => {
  const headers = { 'idempotency-key': idempotencyKey };
  const body = JSON.stringify({ amount: totalAmount });
  const answer = await fetch(BANK, { method: 'POST', headers, body, signal });
  if (answer.status === 402) throw new PermanentFailure('card_declined', 'The bank declined the card');
  if (!answer.ok) throw new TransientFailure('bank_unavailable', `The bank answered ${answer.status}`);
}) satisfies Processor;
