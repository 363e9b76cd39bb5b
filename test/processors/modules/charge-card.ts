import { PermanentFailure, type Processor, TransientFailure } from '../../../lib/processors/processor.ts';

const BANK = process.env.BANK_URL ?? 'https://bank.example/charges';
export default (async ({ totalAmount }, { idempotencyKey, signal }) => {
  const headers = { 'idempotency-key': idempotencyKey };
  const body = JSON.stringify({ amount: totalAmount });
  const response = await fetch(BANK, { method: 'POST', headers, body, signal });
  if (response.status === 402) throw new PermanentFailure('card_declined', 'The bank declined the card');
  if (!response.ok) throw new TransientFailure('bank_unavailable', `The bank returned ${response.status}`);
}) satisfies Processor;
