import type { Container } from './container.ts';
import { MAX_ATTEMPTS, MAX_CRASHES } from './limits.ts';
import type { History } from './steps.ts';
import type { World } from './world.ts';

/** Milliseconds. Every due date, lease and pause is over by then; the longest are 21.5 minutes. */
const ROUND_MS = 30 * 60_000;

/**
 * In each round every unfinished order is tried once, which finishes it, suspends it (once) or spends one of its budgets: those of its
 * attempts, and those of each of its three undos. And one to spare.
 */
const ROUNDS = 4 * (MAX_ATTEMPTS + MAX_CRASHES) + 2;

/** As many as one invocation gets. */
const BATCH = 10;

/** Calls that one operation makes at most: far more than those on a batch, one by one, with its retries. */
const MAX_CALLS = 500;

/**
 * Nothing more goes wrong, except for processors that always do: every order must come to its end, within a bound that
 * follows from its budgets.
 * @throws Violation naming the orders that do not.
 */
export async function drain(world: World, { workIsDone, messagesStay }: History): Promise<void> {
  world.note(`the end: work is ${workIsDone ? 'done' : 'given up'}, messages ${messagesStay ? 'stay' : 'are lost'}`);
  for (const container of world.busy) {
    if (workIsDone) await goOnToTheEnd(world, container);
    else container.crash();
  }
  await goOnToTheEnd(world, await world.setProcessing(false));
  await world.demandPromises();
  world.queue.isDown = false;
  if (!messagesStay) world.queue.deleteAll();

  for (let round = 1; (await unfinished(world)).length > 0; round += 1) {
    if (round > ROUNDS)
      world.fail((await unfinished(world)).map((order) => `${order} after ${ROUNDS} rounds without faults`));
    await world.elapse(ROUND_MS);
    await world.sweep();
    await allGoOn(world);
    await deliverAll(world);
    await world.demandPromises();
  }
  await world.demandExplanations();
  for (const { status } of await world.orders()) world.lab.tally.add(`order: ended ${status}`);
}

async function unfinished(world: World): Promise<string[]> {
  const orders = await world.orders();
  return orders
    .filter(({ status }) => ['Pending', 'Processing', 'Waiting'].includes(status))
    .map(({ orderId, status }) => `${orderId} is still ${status}`);
}

/** Each visible message once. */
async function deliverAll(world: World): Promise<void> {
  const messages = world.queue.visible(world.time.nowMs);
  for (let from = 0; from < messages.length; from += BATCH) {
    await world.receive(messages.slice(from, from + BATCH));
    await allGoOn(world);
  }
}

async function allGoOn(world: World): Promise<void> {
  for (const container of world.busy) await goOnToTheEnd(world, container);
}

async function goOnToTheEnd(world: World, container: Container): Promise<void> {
  for (let calls = 0; container.isBusy; calls += 1) {
    if (calls === MAX_CALLS) world.fail([`${container.name} does not come to an end`]);
    const [call] = container.calls;
    if (call) await world.goOn(container, call, null);
  }
}
