import { setTimeout as sleep } from 'node:timers/promises';
import { PermanentFailure, type Processor } from '../../../lib/processors/processor.ts';

/** Users whose orders fail, and why. */
const CAUSES: Readonly<Record<number, string>> = { 402: 'card_declined', 404: 'unknown_item', 410: 'sold_out' };

/** What the orders of the browser tests go through: it is quick, and fails as the user of the order wants. */
export default (async ({ userId }) => {
  await sleep(20);
  const cause = CAUSES[userId];
  if (cause) throw new PermanentFailure(cause, `Told to fail by user ${userId}`);
}) satisfies Processor;
