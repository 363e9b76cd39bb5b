import type { Dropped } from './guards.ts';
import { brokenIn } from './promises.ts';
import { keyOfRow } from './row.ts';
import { effectOf } from './statements.ts';
import { stepsFrom } from './steps.ts';
import { BEGINNINGS, type Run, type Step, type World } from './world.ts';

export interface Exploration {
  readonly states: number;
  /** The most steps to a state that was not known before. */
  readonly depth: number;
  /** A shortest way to a broken promise, one line per step; undefined if every promise holds. */
  readonly counterexample: string | undefined;
}

interface Visit {
  readonly world: World;
  readonly before: Visit | undefined;
  readonly what: string;
}

/**
 * Takes every order of steps up to a depth, breadth first, so that a counterexample is a shortest one.
 * @param maxDepth steps; by default as many as each scope says
 */
export function explore(
  dropped?: Dropped,
  maxDepth?: number,
  observe: (...ran: Parameters<Run>) => void = () => {},
): Exploration {
  const run: Run = (statement, row) => {
    observe(statement, row);
    return effectOf(statement, row, dropped);
  };
  const seen = new Set(BEGINNINGS.map(({ next }) => keyOf(next)));
  let frontier: Visit[] = BEGINNINGS.map(({ what, next }) => ({ world: next, before: undefined, what }));
  for (let depth = 0; ; depth += 1) {
    const open = frontier.filter(({ world }) => depth < (maxDepth ?? world.scope.depth));
    if (open.length === 0) return { states: seen.size, depth, counterexample: undefined };
    const next: Visit[] = [];
    for (const visit of open)
      for (const step of stepsFrom(visit.world, run, dropped)) {
        const broken = step.broken ?? brokenIn(step.next);
        if (broken !== undefined)
          return { states: seen.size, depth: depth + 1, counterexample: traceOf(visit, step, broken) };
        const key = keyOf(step.next);
        if (seen.has(key)) continue;
        seen.add(key);
        next.push({ world: step.next, before: visit, what: step.what });
      }
    frontier = next;
  }
}

/** Which worker is which changes nothing. */
function keyOf({ scope, row, workers, ...rest }: World): string {
  const [a, b] = workers.map((worker) => Object.values(worker).join(' ')) as [string, string];
  return `${scope.name} ${keyOfRow(row)} ${a < b ? `${a} ${b}` : `${b} ${a}`} ${Object.values(rest).join(' ')}`;
}

function traceOf(visit: Visit, step: Step, broken: string): string {
  const lines = [`${step.what}   ${show(step.next)}`];
  for (let at: Visit | undefined = visit; at; at = at.before) lines.unshift(`${at.what}   ${show(at.world)}`);
  return [...lines.map((line, index) => `${String(index + 1).padStart(2)}: ${line}`), `=> ${broken}`].join('\n');
}

function show({ row: { status, lease, notBefore, due, endsAs, toUndo }, messages }: World): string {
  const dates = [
    lease !== 'none' && `lease ${lease}`,
    notBefore === 'later' && 'not yet',
    due !== 'none' && `due ${due}`,
  ];
  const undo = [endsAs && `ends as ${endsAs}`, toUndo > 0 && `to undo ${toUndo}`];
  return `[${[status, ...undo.filter(Boolean), ...dates.filter(Boolean), `messages ${messages}`].join(', ')}]`;
}
