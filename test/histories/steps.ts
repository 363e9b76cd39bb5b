import fc from 'fast-check';
import { FAULTS, type Fault } from './container.ts';
import { APIS, KEYS, ORDERS } from './limits.ts';

/** What an order's processor does whenever a history lets it go on without a fault. */
export const NATURES = ['completes', 'completes after a failure', 'fails', 'is refused', 'kills its worker'] as const;
export type Nature = (typeof NATURES)[number];

/** Writes by hand that Postgres must refuse, whatever state the order is in. */
export const ILLEGAL_WRITES = ['lower token', 'toggle due date', 'complete unheld', 'reopen finished'] as const;
export type IllegalWrite = (typeof ILLEGAL_WRITES)[number];

/**
 * One step. Numbers that name something that is there at that moment (a container, a message) are taken modulo how many
 * there are, so that a step means something wherever a shrunk history has it; one that finds nothing does nothing.
 */
export type Step =
  | { do: 'create'; order: number; key: number | null; variant: number; api: number; calls: number }
  | { do: 'receive'; messages: readonly number[]; calls: number }
  /** Lets a container make some calls, the last of them with a fault. */
  | { do: 'go on'; container: number; call: number; calls: number; fault: Fault }
  | { do: 'sweep'; calls: number }
  | { do: 'redrive'; order: number | null; reasonCode: string | null; limit: number; calls: number }
  | { do: 'cancel'; order: number }
  | { do: 'write illegally'; order: number; write: IllegalWrite }
  | { do: 'elapse'; seconds: number | 'to the next deadline' }
  | { do: 'duplicate a message'; message: number }
  | { do: 'lose a message'; message: number }
  | { do: 'send a strange message'; order: number | null }
  | { do: 'turn the queue'; on: boolean };

/** A whole history: steps, and how it ends. */
export interface History {
  /** By order. */
  readonly natures: readonly Nature[];
  readonly steps: readonly Step[];
  /** At the end, whoever is still at work is done with it, or dies. */
  readonly workIsDone: boolean;
  /** At the end, the queue keeps what it has, or loses it. */
  readonly messagesStay: boolean;
}

const order = fc.nat({ max: ORDERS - 1 });
/** To be taken modulo what is there. */
const any = fc.nat({ max: 59 });

/** Calls that go well right after the beginning: all that an operation has, or so few that others come between. */
const calls = fc.constantFrom(0, 1, 2, 3, 20);

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Fault>('none') },
  { weight: 3, arbitrary: fc.constantFrom(...FAULTS) },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 24,
    arbitrary: fc.record({
      do: fc.constant('go on' as const),
      container: any,
      call: any,
      // Few, since a fault befalls the last of them, if the container gets that far.
      calls: fc.constantFrom(1, 1, 2, 3),
      fault,
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant('create' as const),
      order,
      key: fc.option(fc.nat({ max: KEYS - 1 }), { freq: 2 }),
      variant: fc.nat({ max: 1 }),
      api: fc.nat({ max: APIS - 1 }),
      calls,
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('receive' as const),
      messages: fc.array(any, { minLength: 1, maxLength: 6, size: 'max' }),
      calls,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('elapse' as const),
      seconds: fc.oneof(
        { weight: 3, arbitrary: fc.constant('to the next deadline' as const) },
        { weight: 2, arbitrary: fc.constantFrom(1, 31, 200, 1_800) },
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('sweep' as const), calls }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('redrive' as const),
      order: fc.option(order, { freq: 1 }),
      reasonCode: fc.option(fc.constantFrom('worker_lost', 'processor_error', 'card_declined'), { freq: 1 }),
      limit: fc.integer({ min: 1, max: 3 }),
      calls,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), order }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('write illegally' as const),
      order,
      write: fc.constantFrom(...ILLEGAL_WRITES),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('duplicate a message' as const), message: any }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose a message' as const), message: any }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('send a strange message' as const), order: fc.option(order, { freq: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('turn the queue' as const), on: fc.boolean() }) },
);

const history: fc.Arbitrary<History> = fc.record({
  natures: fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant<Nature>('completes') },
      { weight: 4, arbitrary: fc.constantFrom(...NATURES) },
    ),
    { minLength: ORDERS, maxLength: ORDERS },
  ),
  // Long enough for an order to use up its budgets, and short enough for some hundred histories a minute.
  steps: fc.array(step, { maxLength: 50, size: 'max' }),
  workIsDone: fc.boolean(),
  messagesStay: fc.boolean(),
});

/** Without the bias towards short ones, which fast-check has so that shrinking is quick. */
export const histories = fc.noBias(history);
