import type { Dropped } from './guards.ts';
import type { Row } from './row.ts';
import { workerSteps } from './worker-steps.ts';
import { more, REFUSED, type Run, type Step, type World } from './world.ts';

/** Every step that can happen next. */
export function stepsFrom(world: World, run: Run, dropped: Dropped): Step[] {
  const written = [
    ...[0, 1].flatMap((index) => workerSteps(world, index as 0 | 1, run, dropped)),
    ...sweepSteps(world, run),
    ...operatorSteps(world, run),
    ...(world.scope.amends ? amenderSteps(world, run) : []),
  ];
  return [...written.map((step) => outdating(world, step)), ...timeSteps(world), ...queueSteps(world)];
}

/** Every write gives the order another version than the one that a request has read. */
function outdating({ row, amender }: World, step: Step): Step {
  if (amender !== 'current' || step.next.amender !== 'current' || step.next.row === row) return step;
  return { ...step, next: { ...step.next, amender: 'outdated' } };
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
  const { row, paused, byHand, scope } = world;
  const cancel = changing(world, 'the order is cancelled', run({ name: 'cancel' }, row));
  const redrives = (scope.steps > 0 ? [false, true] : [false]).map((newRun) => {
    const what = `the order is redriven${newRun ? ' in a new run' : ''}`;
    const redriven = run({ name: 'redrive', newRun }, row);
    const step = changing(world, what, redriven, { messages: more(world.messages), undoClaims: 0 });
    const isForgotten = row.endsAs !== null && redriven.row.toUndo < row.toUndo;
    return isForgotten ? { ...step, broken: 'the redrive forgets steps that are not undone' } : step;
  });
  const done = [cancel, ...redrives, ...(scope.waits ? [signalStep(world, run)] : [])].filter(
    ({ next, broken }) => next.row !== row || broken,
  );
  const pause = { what: `processing is ${paused ? 'resumed' : 'paused'}`, next: { ...world, paused: !paused } };
  // A refusal is what the operator with psql shall get.
  const typed = (byHand ? (['psql: status = Pending', 'psql: due_at = NULL'] as const) : []).flatMap((name) => {
    const { row: changed, result } = run({ name }, row);
    if (result === 'refused' || changed === row) return [];
    return [{ what: `somebody types in ${name}`, next: { ...world, byHand: false, row: changed } }];
  });
  return [...done, ...(scope.waits ? [pause] : []), ...typed];
}

function signalStep(world: World, run: Run): Step {
  const { row, messages } = world;
  const isWaiting = row.status === 'Waiting';
  const others = { messages: isWaiting ? more(messages) : messages, unheard: isWaiting };
  return changing(world, 'a signal arrives', run({ name: 'signal' }, row), others);
}

/** The request reads the order, and writes only if it is still like that. */
function amenderSteps(world: World, run: Run): Step[] {
  const { row, amender, messages } = world;
  if (amender === 'idle') return [{ what: 'a request reads the order', next: { ...world, amender: 'current' } }];
  const current = amender === 'current';
  return (['none', 'later'] as const).map((until) => {
    const amended = run({ name: 'amend', until, current }, row);
    const isWritten = amended.result === 'written';
    const what = `the request sets process_after to ${until}: ${amended.result}`;
    const others = { amender: 'idle', messages: isWritten ? more(messages) : messages } as const;
    const step = changing(world, what, amended, others);
    if (isWritten && !current) return { ...step, broken: 'the order was amended, and was not as it was read' };
    const isTaken = row.status !== 'Pending' || row.endsAs !== null;
    return isWritten && isTaken ? { ...step, broken: `the order was amended, and is ${row.status}` } : step;
  });
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
