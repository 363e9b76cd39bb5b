import type { Dropped } from './guards.ts';
import {
  CREATED,
  effectOf,
  keyOfRow,
  MAX_CRASHES,
  OUTCOMES,
  type Outcome,
  type Row,
  type Statement,
} from './statements.ts';

/** A worker with a message of the order, and where it is in lib/orders/process-orders.ts. */
interface Worker {
  readonly phase: 'idle' | 'received' | 'suspect' | 'paused' | 'running' | 'send' | 'acknowledge';
  /** True while its claim has the order's token. */
  readonly current: boolean;
  /** True while its claim is the latest one, whatever the tokens are. */
  readonly holds: boolean;
  /** The signals that the order had when it was claimed. */
  readonly known: number;
}

/** Everything that one order's future depends on. */
export interface World {
  readonly row: Row;
  readonly paused: boolean;
  /** Messages that a worker can receive, up to two: more change nothing. */
  readonly messages: number;
  readonly workers: readonly [Worker, Worker];
  readonly sweep: 'idle' | 'found' | 'sent';
  /** What somebody may still do by hand with psql: once. */
  readonly byHand: boolean;
  readonly completions: number;
  /** True while the order waits for a signal that it has. */
  readonly unheard: boolean;
}

export interface Step {
  /** What happens, for the trace. */
  readonly what: string;
  readonly next: World;
  /** The promise that it breaks. */
  readonly broken?: string | undefined;
}

const IDLE: Worker = { phase: 'idle', current: false, holds: false, known: 0 };

/** The API stored the order; it may have died before it sent the message. */
export const BEGINNINGS: readonly World[] = [1, 0].map((messages) => ({
  row: CREATED,
  paused: false,
  messages,
  workers: [IDLE, IDLE],
  sweep: 'idle',
  byHand: true,
  completions: 0,
  unheard: false,
}));

/** Runs a statement; the tests also record it. */
export type Run = (statement: Statement, row: Row) => ReturnType<typeof effectOf>;

/** Every step that can happen next. */
export function stepsFrom(world: World, run: Run, dropped: Dropped): Step[] {
  return [
    ...[0, 1].flatMap((index) => workerSteps(world, index as 0 | 1, run, dropped)),
    ...sweepSteps(world, run),
    ...operatorSteps(world, run),
    ...timeSteps(world),
    ...queueSteps(world),
  ];
}

const NAMES = ['worker A', 'worker B'] as const;
const REFUSED = 'Postgres refused a statement of the service';
const more = (messages: number) => Math.min(2, messages + 1);

function workerSteps(world: World, index: 0 | 1, run: Run, dropped: Dropped): Step[] {
  const { row, workers, paused } = world;
  const worker = workers[index];
  const name = NAMES[index];
  const become = (changes: Partial<Worker>, others: Partial<World> = {}): World => {
    const pair: [Worker, Worker] = [...(others.workers ?? workers)];
    pair[index] = { ...pair[index], ...changes };
    return { ...world, ...others, workers: pair };
  };
  const claiming = (suspects: boolean): Step => {
    const { row: claimed, result } = run({ name: 'claim', suspects, paused }, row);
    const what = `${name} claims${suspects ? ' it as a suspect' : ''}: ${result}`;
    if (result === 'refused') return { what, next: world, broken: REFUSED };
    const phases = { claimed: 'running', suspect: suspects ? 'idle' : 'suspect', paused: 'paused' } as const;
    const phase = result in phases ? phases[result as keyof typeof phases] : 'acknowledge';
    if (claimed === row)
      return { what, next: become({ phase }, phase === 'idle' ? { messages: more(world.messages) } : {}) };
    const outdated = workers.map((one) => ({
      ...one,
      current: one.current && dropped === 'newToken',
      holds: false,
    })) as [Worker, Worker];
    const isHolder = result === 'claimed';
    const next = become(
      { phase, current: isHolder, holds: isHolder, known: isHolder ? row.signals : 0 },
      { workers: outdated, row: claimed, unheard: false },
    );
    return { what, next, broken: brokenByClaim(world, claimed) };
  };
  const finishing = (outcome: Outcome): Step => {
    const { known, current } = worker;
    const { row: finished, result } = run({ name: 'finish', outcome, known, current }, row);
    const what = `${name}'s processor ${outcome}; finish: ${result}`;
    if (result === 'refused') return { what, next: world, broken: REFUSED };
    const isOver = result === 'lost' || ['Completed', 'Failed'].includes(finished.status);
    const next = become(
      { phase: isOver ? 'acknowledge' : 'send', current: false, holds: false, known: 0 },
      {
        row: finished,
        completions: world.completions + Number(result !== 'lost' && outcome === 'completes'),
        unheard: outcome === 'suspends' && result !== 'lost' ? finished.signals > known : world.unheard,
      },
    );
    const isStale = result !== 'lost' && !worker.holds;
    return {
      what,
      next,
      broken: isStale ? `${name} wrote ${finished.status}, and does not hold the order` : undefined,
    };
  };
  const acknowledging = (): Step => ({
    what: `${name} acknowledges the message`,
    next: become(IDLE),
    broken: worker.phase === 'running' ? `${name} acknowledged before its outcome was committed` : undefined,
  });
  const dying: Step = { what: `${name} dies`, next: become(IDLE, { messages: more(world.messages) }) };

  switch (worker.phase) {
    case 'idle':
      if (world.messages === 0) return [];
      return [
        { what: `${name} receives a message`, next: become({ phase: 'received' }, { messages: world.messages - 1 }) },
      ];
    case 'received':
      return [claiming(false), dying];
    case 'suspect':
      return [claiming(true), dying];
    case 'paused': {
      const { row: due, result } =
        dropped === 'pausedDueNow' ? { row, result: 'done' } : run({ name: 'make due now' }, row);
      const isLeft = ['Pending', 'Waiting'].includes(due.status) && due.notBefore !== 'later' && due.due !== 'now';
      const what = dropped === 'pausedDueNow' ? `${name} leaves the due date` : `${name} makes the order due now`;
      if (result === 'refused') return [{ what, next: world, broken: REFUSED }];
      const broken = isLeft
        ? `${name} is about to acknowledge a paused order that is not due when it is resumed`
        : undefined;
      return [{ what, next: become({ phase: 'acknowledge' }, { row: due }), broken }, dying];
    }
    case 'running':
      return [...OUTCOMES.map(finishing), ...(dropped === 'acknowledgeLast' ? [acknowledging()] : []), dying];
    case 'send':
      return [
        {
          what: `${name} sends the next message`,
          next: become({ phase: 'acknowledge' }, { messages: more(world.messages) }),
        },
        { what: `${name} fails to send the next message`, next: become({ phase: 'acknowledge' }) },
        dying,
      ];
    case 'acknowledge':
      return [acknowledging(), dying];
  }
}

function brokenByClaim({ row, paused, byHand }: World, claimed: Row): string | undefined {
  if (row.cancelled && claimed.status === 'Processing') return 'a cancelled order is processed again';
  if (paused) return 'the order was claimed while processing is paused';
  if (row.lease === 'live') return 'the order was claimed while a worker holds it';
  if (row.notBefore === 'later') return 'the order was claimed before its next attempt may start';
  // By hand, an order gets no new budgets.
  const isSpent = claimed.status === 'Processing' && claimed.crashes >= MAX_CRASHES && byHand;
  return isSpent ? `the order was claimed again after ${MAX_CRASHES} crashes` : undefined;
}

function sweepSteps(world: World, run: Run): Step[] {
  const { row, sweep, paused } = world;
  const dies: Step = { what: 'the sweep dies', next: { ...world, sweep: 'idle' } };
  if (sweep === 'idle') {
    const { result } = run({ name: 'find due', paused }, row);
    return result === 'found' ? [{ what: 'the sweep finds the order', next: { ...world, sweep: 'found' } }] : [];
  }
  if (sweep === 'found')
    return [
      { what: 'the sweep sends a message', next: { ...world, sweep: 'sent', messages: more(world.messages) } },
      dies,
    ];
  return [changing(world, 'the sweep postpones the order', run({ name: 'postpone' }, row), { sweep: 'idle' }), dies];
}

function operatorSteps(world: World, run: Run): Step[] {
  const { row, paused, byHand } = world;
  const statement = (name: 'cancel' | 'redrive' | 'signal') => run({ name }, row);
  const cancel = changing(world, 'the order is cancelled', statement('cancel'));
  const redrive = changing(world, 'the order is redriven', statement('redrive'), { messages: more(world.messages) });
  const signaled = statement('signal');
  const signal = changing(world, 'a signal arrives', signaled, {
    messages: row.status === 'Waiting' ? more(world.messages) : world.messages,
    unheard: row.status === 'Waiting',
  });
  const done = [cancel, redrive, signal].filter(({ next, broken }) => next.row !== row || broken);
  const pause = { what: `processing is ${paused ? 'resumed' : 'paused'}`, next: { ...world, paused: !paused } };
  if (!byHand) return [...done, pause];
  // A refusal is what the operator with psql shall get.
  const typed = (['psql: status = Pending', 'psql: due_at = NULL'] as const).flatMap((name) => {
    const { row: changed, result } = run({ name }, row);
    if (result === 'refused' || changed === row) return [];
    return [{ what: `somebody types in ${name}`, next: { ...world, byHand: false, row: changed } }];
  });
  return [...done, pause, ...typed];
}

function changing(world: World, what: string, { row, result }: ReturnType<Run>, others: Partial<World> = {}): Step {
  if (result === 'refused') return { what, next: world, broken: REFUSED };
  return { what, next: { ...world, ...others, row } };
}

/**
 * Time passes for each date alone, in any order, but the due date of a claim never comes before its lease ends. The one
 * of a long wait comes before it ends, because its message is delayed.
 */
function timeSteps(world: World): Step[] {
  const { row } = world;
  const after = (what: string, changes: Partial<Row>): Step => ({
    what,
    next: { ...world, row: { ...row, ...changes } },
  });
  return [
    ...(row.lease === 'live' ? [after('the lease expires', { lease: 'expired' })] : []),
    ...(row.notBefore === 'later' ? [after('the pause before the next attempt ends', { notBefore: 'past' })] : []),
    ...(row.due === 'later' && row.lease !== 'live' ? [after('the due date comes', { due: 'now' })] : []),
  ];
}

function queueSteps(world: World): Step[] {
  const { messages } = world;
  return [
    ...(messages > 0 ? [{ what: 'a message is lost', next: { ...world, messages: messages - 1 } }] : []),
    ...(messages === 1 ? [{ what: 'a message is delivered twice', next: { ...world, messages: 2 } }] : []),
  ];
}

/** What must hold in every state. */
export function brokenIn({ row, completions, unheard }: World): string | undefined {
  if (completions > 1) return 'the order was completed twice';
  if (unheard && row.status === 'Waiting' && row.notBefore === 'later')
    return 'the order waits for a signal that it has received';
  return endsAlone(row) ? undefined : `the order stays ${row.status}, whatever the sweep and the workers do`;
}

const fates = new Map<string, boolean>();

/** True if the order ends once every message is lost, every worker has died, and from now on nothing fails. */
function endsAlone(row: Row): boolean {
  const key = keyOfRow(row);
  const known = fates.get(key);
  if (known !== undefined) return known;
  const ends = isEnded(drained(row));
  fates.set(key, ends);
  return ends;
}

const isEnded = ({ status }: Row) => ['Completed', 'Failed', 'Cancelled'].includes(status);

function drained(given: Row): Row {
  let row = given;
  // Each round claims it at least once, or counts a crash.
  for (let round = 0; round < MAX_CRASHES + 1 && !isEnded(row); round += 1) {
    row = {
      ...row,
      lease: row.lease === 'live' ? 'expired' : row.lease,
      notBefore: row.notBefore === 'later' ? 'past' : row.notBefore,
      due: row.due === 'later' ? 'now' : row.due,
    };
    if (effectOf({ name: 'find due', paused: false }, row).result !== 'found') return row;
    for (const suspects of [false, true]) {
      const { row: claimed, result } = effectOf({ name: 'claim', suspects, paused: false }, row);
      row = claimed;
      if (result !== 'claimed') continue;
      row = effectOf({ name: 'finish', outcome: 'completes', known: 0, current: true }, row).row;
    }
  }
  return row;
}
