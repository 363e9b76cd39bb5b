import fc from 'fast-check';
import { APIS, KEYS, ORDERS } from './limits.ts';

/** Two steps, a sleep or a wait for a signal, and a last step. */
const WITH_STEPS = [
  'sleeps',
  'waits',
  'fails in a step',
  'is refused in a step',
  'kills its worker in a step',
  'cannot be undone',
] as const;

/** What an order's processor does whenever a history lets it go on without a fault. */
export const NATURES = [
  'completes',
  'completes after a failure',
  'fails',
  'is refused',
  'kills its worker',
  ...WITH_STEPS,
] as const;
export type Nature = (typeof NATURES)[number];

export function hasSteps(nature: Nature): boolean {
  return (WITH_STEPS as readonly Nature[]).includes(nature);
}

/** Writes by hand that Postgres must refuse, whatever state the order is in. */
export const ILLEGAL_WRITES = ['lower token', 'toggle due date', 'complete unheld', 'reopen finished'] as const;
export type IllegalWrite = (typeof ILLEGAL_WRITES)[number];

/**
 * How far something goes: some calls to the outside, the last of them with a fault of those that may befall it, if it
 * gets that far; null is none. `call` says which one goes first where several wait.
 */
export interface Progress {
  readonly call: number;
  readonly calls: number;
  readonly fault: number | null;
}

/**
 * One step. Numbers that name something that is there at that moment (a container, a message) are taken modulo how many
 * there are, so that a step means something wherever a shrunk history has it; one that finds nothing does nothing.
 */
export type Step =
  | { do: 'create'; order: number; key: number | null; variant: number; api: number; progress: Progress }
  | { do: 'receive'; messages: readonly number[]; progress: Progress }
  | { do: 'go on'; container: number; progress: Progress }
  | { do: 'sweep'; progress: Progress }
  | { do: 'redrive'; order: number | null; reasonCode: string | null; limit: number; progress: Progress }
  | { do: 'cancel'; order: number; progress: Progress }
  | { do: 'signal'; order: number; payload: number; progress: Progress }
  | { do: 'cancel by SQL'; order: number }
  | { do: 'switch processing'; paused: boolean; progress: Progress }
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
  /** At the end, every worker finishes its work or dies. */
  readonly workIsDone: boolean;
  /** At the end, the queue keeps what it has, or loses it. */
  readonly messagesStay: boolean;
}

const order = fc.nat({ max: ORDERS - 1 });
/** To be taken modulo what is there. */
const any = fc.nat({ max: 59 });

/** @param calls few, since the fault befalls the last of them; 0 leaves everything to later steps */
function progressOf(...calls: readonly number[]): fc.Arbitrary<Progress> {
  return fc.record({
    call: any,
    calls: fc.constantFrom(...calls),
    fault: fc.option(any, { freq: 2 }),
  });
}

const START = progressOf(0, 1, 2, 20, 20);
/** So that workers are often stopped between their claim and their finish. */
const START_WORK = progressOf(1, 2, 3, 4, 8, 20);
const MORE = progressOf(1, 1, 2, 3, 6);

/** The kinds of steps, with how often each is taken and what it is made of. */
const STEPS: { readonly [Kind in Step['do']]: readonly [number, Parts<Extract<Step, { do: Kind }>>] } = {
  'go on': [18, { container: any, progress: MORE }],
  create: [
    8,
    {
      order,
      key: fc.option(fc.nat({ max: KEYS - 1 }), { freq: 2 }),
      variant: fc.nat({ max: 1 }),
      api: fc.nat({ max: APIS - 1 }),
      progress: START,
    },
  ],
  receive: [14, { messages: fc.array(any, { minLength: 1, maxLength: 6, size: 'max' }), progress: START_WORK }],
  elapse: [
    6,
    {
      seconds: fc.oneof(
        { weight: 1, arbitrary: fc.constant('to the next deadline' as const) },
        { weight: 1, arbitrary: fc.constantFrom(1, 40, 200, 200, 1_800) },
      ),
    },
  ],
  sweep: [4, { progress: START }],
  redrive: [
    1,
    {
      order: fc.option(order, { freq: 2 }),
      reasonCode: fc.option(fc.constantFrom('worker_lost', 'processor_error', 'card_declined', 'undo_failed'), {
        freq: 2,
      }),
      limit: fc.integer({ min: 1, max: 3 }),
      progress: START,
    },
  ],
  cancel: [2, { order, progress: START }],
  signal: [4, { order, payload: fc.nat({ max: 1 }), progress: START }],
  'cancel by SQL': [1, { order }],
  // Mostly on, so that there is something to stop.
  'switch processing': [
    2,
    {
      paused: fc.oneof({ weight: 1, arbitrary: fc.constant(true) }, { weight: 2, arbitrary: fc.constant(false) }),
      progress: START,
    },
  ],
  'write illegally': [1, { order, write: fc.constantFrom(...ILLEGAL_WRITES) }],
  'duplicate a message': [4, { message: any }],
  'lose a message': [1, { message: any }],
  'send a strange message': [1, { order: fc.option(order, { freq: 2 }) }],
  'turn the queue': [1, { on: fc.boolean() }],
};

type Parts<S extends Step> = { readonly [Name in Exclude<keyof S, 'do'>]: fc.Arbitrary<S[Name]> };

const step = fc.oneof(
  ...Object.entries(STEPS).map(([kind, [weight, parts]]) => ({
    weight,
    arbitrary: fc.record({
      do: fc.constant(kind),
      ...(parts as object),
    }) as fc.Arbitrary<unknown> as fc.Arbitrary<Step>,
  })),
);

const history: fc.Arbitrary<History> = fc.record({
  natures: fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant<Nature>('completes') },
      { weight: 4, arbitrary: fc.constantFrom(...NATURES) },
      { weight: 4, arbitrary: fc.constantFrom(...WITH_STEPS) },
    ),
    { minLength: ORDERS, maxLength: ORDERS },
  ),
  // Long enough for an order to use up its budgets, and short enough for some hundred histories a minute.
  steps: fc.array(step, { maxLength: 80, size: 'max' }),
  workIsDone: fc.boolean(),
  messagesStay: fc.boolean(),
});

export const histories = fc.noBias(history);
