import type { OrderKey } from '../order-key.ts';
import type { Task } from '../queue/message.ts';
import { claimTasks, type UnclaimedTask } from './claim-tasks.ts';
import { type Invocation, timeToWork } from './invocation.ts';
import { oneHopFurther, sendAgain } from './send-again.ts';
import { type ProcessDeps, Settling } from './settle-claims.ts';
import { Slots } from './slots.ts';
import type { Unclaimed } from './sql/claim-orders.ts';
import { findByIdAlone } from './sql/find-owners.ts';
import { makeDueNow } from './sql/make-due-now.ts';

/** Orders that no longer need their message: each has a committed state or a due date that covers it. */
const ACKNOWLEDGED: ReadonlySet<Unclaimed> = new Set(['settled', 'to-undo', 'held', 'waiting', 'paused']);

/**
 * The use case behind the queue: claims the orders of a batch, runs the processor on them concurrently, and commits
 * each outcome. No order occurs twice. Orders that lost a worker before (suspects) are processed afterwards, one at a time, each after the
 * previous one is committed: an order that kills its worker uses up only its own budget.
 * @returns the orders whose messages may be acknowledged; every other message must be redelivered
 * @throws DatabaseError if the database did not reply: then no message may be acknowledged
 */
export async function processOrders(
  deps: ProcessDeps,
  tasks: readonly Task[],
  invocation: Invocation,
): Promise<Set<OrderKey>> {
  const first = await processTogether(deps, tasks, invocation, false);
  const alone = await processSuspects(deps, first.suspects, invocation);
  const settled = new Set([...first.acknowledged, ...alone]);

  // The transaction that held the locks is usually done by now. If not, the messages are redelivered.
  if (first.locked.length > 0 && timeToWork(invocation) > 0) {
    const again = await processTogether(deps, first.locked, invocation, false);
    for (const key of again.acknowledged) settled.add(key);
  }
  for (const key of await processEarlierMessages(deps, first.unknown, invocation)) settled.add(key);
  return settled;
}

/**
 * While order ids were unique by themselves, messages did not contain owners. So a message without an owner can be
 * about an order that has one, if no other order matches. If it finds none, or another message of the order comes
 * first, the order loses nothing: the sweep knows its owner.
 * @returns those of the keys, in the form of the messages, whose messages may be acknowledged
 */
async function processEarlierMessages(
  deps: ProcessDeps,
  unknown: readonly Task[],
  invocation: Invocation,
): Promise<OrderKey[]> {
  const found = await findByIdAlone(
    deps.database,
    unknown.map(({ key }) => key),
  );
  if (found.size === 0) return [];
  const tasks = unknown.flatMap((task) => {
    const key = found.get(task.key);
    return key === undefined ? [] : { ...task, key };
  });
  const settled = await processOrders(deps, tasks, invocation);
  return [...found].filter(([, key]) => settled.has(key)).map(([named]) => named);
}

/**
 * Processes suspects one at a time. Suspects that would not fit into this invocation (estimated from the slowest so
 * far) are sent to other workers without counting an attempt.
 */
async function processSuspects(
  deps: ProcessDeps,
  suspects: readonly Task[],
  invocation: Invocation,
): Promise<OrderKey[]> {
  const acknowledged: OrderKey[] = [];
  let waiting = [...suspects];
  let slowestMs = 1;
  while (waiting.length > 0) {
    const fitting = Math.max(0, Math.floor(timeToWork(invocation) / slowestMs));
    const surplus = waiting.slice(fitting);
    // Each alone, so that they spread over several workers.
    await sendAgain(
      deps,
      surplus.map((task) => ({ ...oneHopFurther(task), alone: true })),
    );
    acknowledged.push(...surplus.map(({ key }) => key));
    const [next, ...rest] = waiting.slice(0, fitting);
    if (next === undefined) break;

    const started = performance.now();
    acknowledged.push(...(await processTogether(deps, [next], invocation, true)).acknowledged);
    slowestMs = Math.max(slowestMs, performance.now() - started);
    waiting = rest;
  }
  return acknowledged;
}

interface Progress {
  /** Orders that no longer need their message. */
  readonly acknowledged: OrderKey[];
  readonly suspects: Task[];
  readonly locked: Task[];
  readonly unknown: Task[];
}

async function processTogether(
  deps: ProcessDeps,
  tasks: readonly Task[],
  invocation: Invocation,
  suspects: boolean,
): Promise<Progress> {
  const slots = new Slots(deps.concurrency, () => timeToWork(invocation), deps.maxClaims);
  const settling = new Settling(deps, invocation, slots);
  const acknowledged: OrderKey[] = [];
  const unclaimed: UnclaimedTask[] = [];
  let rest = tasks;
  try {
    while (rest.length > 0) {
      const room = await slots.room();
      if (room === 0) break;
      const found = await claimTasks(deps, rest.slice(0, room), invocation, suspects);
      rest = rest.slice(room);
      settling.add(found.claims);
      acknowledged.push(...found.claims.map(({ task }) => task.key));
      unclaimed.push(...found.unclaimed);
      slots.skip(found.unclaimed.length);
    }
  } finally {
    await settling.end();
  }
  // Not claimed, because they do not fit into this invocation: other workers get them.
  await sendAgain(
    deps,
    rest.map((task) => ({ ...oneHopFurther(task), alone: suspects })),
  );
  const withState = (state: Unclaimed) => unclaimed.filter((each) => each.state === state).map(({ task }) => task);
  const paused = withState('paused');
  await sendAgain(deps, withState('to-undo').map(oneHopFurther));
  // Their messages are acknowledged, because they would otherwise soon be dead letters. So the orders are made due now,
  // and the sweep sends them when processing resumes.
  if (paused.length > 0)
    await makeDueNow(
      deps.database,
      paused.map(({ key }) => key),
    );
  return {
    acknowledged: [
      ...acknowledged,
      ...rest.map(({ key }) => key),
      ...unclaimed.filter(({ state }) => ACKNOWLEDGED.has(state)).map(({ task }) => task.key),
    ],
    suspects: withState('suspect'),
    locked: withState('locked'),
    unknown: withState('unknown'),
  };
}
