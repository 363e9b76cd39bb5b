import type { Dropped } from './guards.ts';
import { effectOf, keyOfRow } from './statements.ts';
import { BEGINNINGS, brokenIn, type Run, type Step, stepsFrom, type World } from './world.ts';

export interface Exploration {
  readonly states: number;
  /** The most steps to a state that was not known before. */
  readonly depth: number;
  /** True if no state was left: a greater depth would find nothing more. */
  readonly isComplete: boolean;
  /** A shortest way to a broken promise, one line per step; undefined if every promise holds. */
  readonly counterexample: string | undefined;
}

interface Visit {
  readonly world: World;
  readonly before: Visit | undefined;
  readonly what: string;
}

/** Takes every order of steps up to a depth, breadth first, so that a counterexample is a shortest one. */
export function explore(
  maxDepth: number,
  dropped?: Dropped,
  observe: (...ran: Parameters<Run>) => void = () => {},
): Exploration {
  const run: Run = (statement, row) => {
    observe(statement, row);
    return effectOf(statement, row, dropped);
  };
  const seen = new Set(BEGINNINGS.map(keyOf));
  let frontier: Visit[] = BEGINNINGS.map((world) => ({
    world,
    before: undefined,
    what: `an order is created, ${world.messages === 0 ? 'and its message is never sent' : 'and its message is sent'}`,
  }));
  for (let depth = 0; ; depth += 1) {
    if (frontier.length === 0 || depth === maxDepth)
      return { states: seen.size, depth, isComplete: frontier.length === 0, counterexample: undefined };
    const next: Visit[] = [];
    for (const visit of frontier)
      for (const step of stepsFrom(visit.world, run, dropped)) {
        const broken = step.broken ?? brokenIn(step.next);
        if (broken !== undefined)
          return {
            states: seen.size,
            depth: depth + 1,
            isComplete: false,
            counterexample: traceOf(visit, step, broken),
          };
        const key = keyOf(step.next);
        if (seen.has(key)) continue;
        seen.add(key);
        next.push({ world: step.next, before: visit, what: step.what });
      }
    frontier = next;
  }
}

/** Which worker is which changes nothing. */
function keyOf({ row, workers, paused, messages, sweep, byHand, completions, unheard }: World): string {
  const [a, b] = workers.map(({ phase, current, holds, known }) => `${phase} ${current} ${holds} ${known}`);
  const pair = (a as string) < (b as string) ? `${a} ${b}` : `${b} ${a}`;
  return `${keyOfRow(row)} ${pair} ${paused} ${messages} ${sweep} ${byHand} ${completions} ${unheard}`;
}

function traceOf(visit: Visit, step: Step, broken: string): string {
  const lines = [`${step.what}   ${show(step.next)}`];
  for (let at: Visit | undefined = visit; at; at = at.before) lines.unshift(`${at.what}   ${show(at.world)}`);
  return [...lines.map((line, index) => `${String(index + 1).padStart(2)}: ${line}`), `=> ${broken}`].join('\n');
}

function show({ row: { status, lease, notBefore, due }, messages }: World): string {
  const dates = [
    lease !== 'none' && `lease ${lease}`,
    notBefore === 'later' && 'not yet',
    due !== 'none' && `due ${due}`,
  ];
  return `[${[status, ...dates.filter(Boolean), `messages ${messages}`].join(', ')}]`;
}
