import { encodePack } from '../../lib/queue/message.ts';
import { cancel, writeIllegally } from './by-hand.ts';
import { bodyOf, orderIdOf } from './clients.ts';
import type { Container } from './container.ts';
import { drain } from './drain.ts';
import type { HistoryLab } from './lab.ts';
import { WORKERS } from './limits.ts';
import type { History, Nature, Progress, Step } from './steps.ts';
import { World } from './world.ts';

/**
 * Has one history happen, with every promise checked after each of its steps, and lets it come to its end.
 * @throws Violation when a promise is broken.
 */
export async function runHistory(lab: HistoryLab, history: History): Promise<void> {
  const natureOf = (orderId: string) => history.natures[Number(orderId.replace('order-', ''))] as Nature;
  const world = await World.begin(lab, natureOf);
  await world.time.rule(async () => {
    for (const step of history.steps) if (await take(world, step)) await world.demandPromises();
    await drain(world, history);
  });
}

/** Answers false when the step found nothing to do. */
async function take(world: World, step: Step): Promise<boolean> {
  switch (step.do) {
    case 'create': {
      const order = bodyOf(step.order, step.variant);
      const idempotencyKey = step.key === null ? null : `key-${step.key}`;
      world.did('create', `${order.orderId}, ${order.totalAmount}, ${idempotencyKey ?? 'no key'}`);
      await goOn(world, await world.post({ order, idempotencyKey }, step.api), step.progress);
      return true;
    }
    case 'receive': {
      const visible = world.queue.visible(world.time.nowMs);
      const workers = world.busy.filter(({ name }) => name.startsWith('worker'));
      if (visible.length === 0 || workers.length >= WORKERS) return false;
      world.did('receive');
      const messages = new Set(step.messages.map((place) => pick(visible, place)));
      await goOn(world, await world.receive([...messages]), step.progress);
      return true;
    }
    case 'go on': {
      if (world.busy.length === 0) return false;
      await goOn(world, pick(world.busy, step.container), step.progress);
      return true;
    }
    case 'sweep':
      world.did('sweep');
      await goOn(world, await world.sweep(), step.progress);
      return true;
    case 'redrive': {
      const { reasonCode, limit } = step;
      const orderIds = step.order === null ? null : [orderIdOf(step.order)];
      world.did('redrive', `${orderIds ?? 'all'}, ${reasonCode ?? 'any reason'}`);
      await goOn(world, await world.redrive({ orderIds, reasonCode, limit }), step.progress);
      return true;
    }
    case 'cancel':
      world.did('cancel', orderIdOf(step.order));
      await goOn(world, await world.cancel(orderIdOf(step.order)), step.progress);
      return true;
    case 'signal': {
      // Mostly to an order that is being processed, or waits: so signals often come at the same time as a suspension or a timeout.
      const begun = (await world.orders())
        .filter(({ status }) => status === 'Processing' || status === 'Waiting')
        .map(({ orderId }) => orderId)
        .sort();
      const orderId = begun.length === 0 ? orderIdOf(step.order) : pick(begun, step.order);
      world.did('signal', `${orderId}, ${step.payload}`);
      await goOn(world, await world.signal(orderId, step.payload), step.progress);
      return true;
    }
    case 'switch processing':
      world.did(step.paused ? 'pause' : 'resume');
      await goOn(world, await world.setProcessing(step.paused), step.progress);
      return true;
    case 'cancel by SQL':
      return cancel(world, orderIdOf(step.order));
    case 'write illegally':
      return writeIllegally(world, orderIdOf(step.order), step.write);
    case 'elapse': {
      const ms = step.seconds === 'to the next deadline' ? await untilNext(world) : step.seconds * 1_000;
      if (ms === null) return false;
      world.did('elapse');
      await world.elapse(ms);
      return true;
    }
    default:
      return disturbQueue(world, step);
  }
}

type QueueStep = Extract<
  Step,
  { do: 'duplicate a message' | 'lose a message' | 'send a strange message' | 'turn the queue' }
>;

/** What happens to a queue, and to what is in it. */
function disturbQueue(world: World, step: QueueStep): boolean {
  const { queue, time } = world;
  switch (step.do) {
    case 'turn the queue':
      if (queue.isDown === !step.on) return false;
      world.did(step.on ? 'the queue is back' : 'the queue is down');
      queue.isDown = !step.on;
      return true;
    case 'send a strange message': {
      // With an order that nobody has, which must not hold back the other one.
      const keys = step.order === null ? [] : [orderIdOf(step.order), 'never posted'];
      const body = keys.length === 0 ? 'not ours' : encodePack(keys.map((key) => ({ key })));
      world.did(step.do, body);
      queue.put(body, time.nowMs);
      return true;
    }
    default: {
      if (queue.messages.length === 0) return false;
      const message = pick(queue.messages, step.message);
      world.did(step.do, message.body);
      if (step.do === 'lose a message') queue.delete([message]);
      else queue.put(message.body, time.nowMs);
      return true;
    }
  }
}

async function goOn(world: World, container: Container, { call, calls, fault }: Progress): Promise<void> {
  for (let left = calls; left > 0 && container.isBusy; left -= 1)
    await world.goOn(container, pick(container.calls, call), left === 1 ? fault : null);
}

/** Milliseconds until the next thing happens by itself: a deadline, or a message that comes to be seen. */
async function untilNext({ time, queue }: World): Promise<number | null> {
  const deadline = (await time.untilNext()) ?? Number.POSITIVE_INFINITY;
  const hidden = queue.messages.map(({ visibleAtMs }) => visibleAtMs - time.nowMs).filter((ms) => ms > 0);
  const next = Math.min(deadline, ...hidden);
  return Number.isFinite(next) ? next : null;
}

function pick<T>(all: readonly T[], place: number): T {
  return all[place % all.length] as T;
}
