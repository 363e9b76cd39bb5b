import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type OrderLab, openOrderLab } from '../support/order-lab.ts';
import { type Exploration, explore } from './explore.ts';
import { GUARDS, type Guard } from './guards.ts';
import { replay } from './replay.ts';
import { type Effect, keyOfRow } from './row.ts';
import { effectOf } from './statements.ts';
import type { Case } from './verdicts.ts';
import { SCOPES } from './world.ts';
import '../support/starts-processes.ts';

/** Steps, in place of those of each scope. With `MODEL_DEPTH=100 npm test -- test/model` no state is left out. */
const DEPTH = process.env.MODEL_DEPTH === undefined ? undefined : Number(process.env.MODEL_DEPTH);

/** Milliseconds, for all states on a busy machine. */
const LONGEST_MS = 600_000;

/** Every statement that some order of steps runs on some row. */
const cases = new Map<string, Case>();
let explored: Exploration;
let lab: OrderLab;

beforeAll(async () => {
  lab = await openOrderLab({ statementTimeoutMs: 60_000 });
  explored = explore(undefined, DEPTH, (statement, row) => {
    const key = `${Object.values(statement)} ${keyOfRow(row)}`;
    if (!cases.has(key)) cases.set(key, { statement, row });
  });
}, LONGEST_MS);
afterAll(() => lab?.close());

const depths = SCOPES.map(({ name, depth }) => `${DEPTH ?? depth} with ${name}`).join(', ');
test(`no order of steps breaks a promise, with two workers, lost and duplicate messages, expired leases, cancellations and redrives (${depths})`, () => {
  expect(explored.counterexample).toBeUndefined();
  expect(explored.states).toBeGreaterThan(170_000);
});

test(
  'every statement does in Postgres what the model of the order says, on every row that the model reaches',
  async () => {
    const given = [...cases.values()];
    const actual = await replay(lab.database, lab.psql, given);
    const differences = given.flatMap(({ statement, row }, index) => {
      const inModel = show(effectOf(statement, row));
      const inPostgres = show(actual[index] as Effect);
      const what = `${JSON.stringify(statement)} on ${keyOfRow(row)}`;
      return inModel === inPostgres ? [] : [`${what}: the model says ${inModel}; Postgres did ${inPostgres}`];
    });
    expect(differences.slice(0, 3)).toEqual([]);
    expect(given.length).toBeGreaterThan(4_000);
  },
  LONGEST_MS,
);

test('a counterexample is a trace that reads from the creation of the order to the broken promise', () => {
  expect(explore('pause').counterexample?.split('\n')).toEqual([
    ' 1: an order is created, and its message is sent   [Pending, due later, messages 1]',
    ' 2: worker A receives a message   [Pending, due later, messages 0]',
    ' 3: processing is paused   [Pending, due later, messages 0]',
    ' 4: worker A claims: claimed   [Processing, lease live, due later, messages 0]',
    '=> the order was claimed while processing is paused',
  ]);
});

const show = ({ row, result }: Effect) => `${result}: ${keyOfRow(row)}`;

/** Guards that are not in a statement, or not in the row. */
const OUTSIDE: readonly Guard[] = ['newToken', 'pausedDueNow', 'acknowledgeLast'];

test.each(Object.entries(GUARDS) as [Guard, string][])(
  'without the guard %s (%s), the model shows a shortest way to a broken promise',
  (guard) => {
    const { counterexample } = explore(guard, DEPTH);
    expect(counterexample).toMatch(/^ 1: an order (is created|fails)[ ,][\s\S]*\n=> /);
    // Postgres without the guard would differ from the model in a statement above.
    const isSeen = [...cases.values()].some(
      ({ statement, row }) => show(effectOf(statement, row, guard)) !== show(effectOf(statement, row)),
    );
    expect(isSeen || OUTSIDE.includes(guard)).toBe(true);
  },
);
