import type { Dropped } from './guards.ts';
import { brokenByClaim, brokenByUndo } from './promises.ts';
import { isFinal } from './row.ts';
import type { Outcome } from './statements.ts';
import { IDLE, more, REFUSED, type Run, type Step, type Worker, type World } from './world.ts';

const NAMES = ['worker A', 'worker B'] as const;

export function workerSteps(world: World, index: 0 | 1, run: Run, dropped: Dropped): Step[] {
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
    const phases = {
      claimed: 'running',
      suspect: suspects ? 'idle' : 'suspect',
      paused: 'paused',
      'to-undo': 'send',
    } as const;
    const phase = result in phases ? phases[result as keyof typeof phases] : 'acknowledge';
    if (claimed === row)
      return { what, next: become({ phase }, phase === 'idle' ? { messages: more(world.messages) } : {}) };
    const outdated = workers.map((one) => ({
      ...one,
      current: one.current && dropped === 'newToken',
      holds: false,
    })) as [Worker, Worker];
    const isHolder = result === 'claimed';
    const undoes = isHolder && claimed.endsAs !== null;
    const undoClaims = world.undoClaims + Number(undoes);
    const next = become(
      { phase, current: isHolder, holds: isHolder, known: isHolder ? row.signals : 0, undoes },
      { workers: outdated, row: claimed, unheard: false, undoClaims },
    );
    return { what, next, broken: brokenByClaim(world, claimed) ?? brokenByUndo(world, claimed) };
  };
  const finishing = (outcome: Outcome): Step => {
    const { known, current } = worker;
    const { row: finished, result } = run({ name: 'finish', outcome, known, current }, row);
    const what = `${name}'s processor ${outcome}; finish: ${result}`;
    if (result === 'refused') return { what, next: world, broken: REFUSED };
    const isOver = result === 'lost' || isFinal(finished);
    const isReleased = worker.undoes && result !== 'lost' && outcome === 'runs out of time';
    const next = become(
      { ...IDLE, phase: isOver ? 'acknowledge' : 'send' },
      {
        row: finished,
        undoClaims: world.undoClaims - Number(isReleased && world.undoClaims > 0),
        completions: world.completions + Number(result !== 'lost' && outcome === 'completes'),
        unheard: outcome === 'suspends' && result !== 'lost' ? finished.signals > known : world.unheard,
      },
    );
    const isStale = result !== 'lost' && !worker.holds;
    const broken = isStale ? `${name} wrote ${finished.status}, and does not hold the order` : undefined;
    const hasFailed = outcome === 'fails to undo' && result !== 'lost';
    return { what, next, broken: broken ?? (hasFailed ? brokenByUndo(world, finished) : undefined) };
  };
  const recording = (): Step => {
    const undone = worker.undoes;
    const { row: recorded, result } = run({ name: 'record', undone, current: worker.current }, row);
    const what = `${name} ${undone ? 'undoes a step' : 'takes a step'}; record: ${result}`;
    const isTaken = result !== 'lost';
    const undoClaims = undone && isTaken ? Math.min(1, world.undoClaims) : world.undoClaims;
    const broken = isTaken && !worker.holds ? `${name} recorded a step, and does not hold the order` : undefined;
    return { what, next: { ...world, row: recorded, undoClaims }, broken };
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
      return [
        ...(canRecord(world, worker) ? [recording()] : []),
        ...outcomesOf(world, worker).map(finishing),
        ...(dropped === 'acknowledgeLast' ? [acknowledging()] : []),
        dying,
      ];
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

/** A worker that has lost the order tries, too. */
function canRecord({ row, scope }: World, { undoes }: Worker): boolean {
  return undoes ? row.toUndo > 0 : row.toUndo + row.undone < scope.steps;
}

function outcomesOf({ row, scope }: World, { undoes, current }: Worker): readonly Outcome[] {
  if (!undoes)
    return [
      'completes',
      'fails',
      'fails for good',
      'runs out of time',
      ...(scope.waits ? (['suspends'] as const) : []),
    ];
  // A worker that has lost the order writes nothing, whatever its outcome is.
  if (row.toUndo === 0 || !current) return ['undid all steps', 'runs out of time'];
  return ['fails to undo', 'fails to undo for good', 'runs out of time'];
}
