import { connectPg } from '../../lib/database/pg.ts';
import { createLogger } from '../../lib/observability/logger.ts';
import type { BenchOptions } from '../bench-options.ts';
import { loadMinutes, loadOrders, loadTombstones } from '../data/load-orders.ts';
import { withLab } from '../lab.ts';
import { describePostgres } from '../machine.ts';
import { type Result, short, type Table, whole } from '../result.ts';
import { type Explained, explaining } from './explaining-database.ts';
import { hotStatements, rareStatements, type Statement } from './statements.ts';

const FULL = 10_000_000;
const TINY = 20_000;

/** Milliseconds. With the timeout of a request, a statement that takes longer would be hidden. */
const TIMEOUT_MS = 600_000;

/** How each statement reads its tables, and what it costs. */
export async function benchPlans({ tiny, keepIn }: BenchOptions): Promise<Result> {
  const orders = tiny ? TINY : FULL;
  return withLab({ keepIn }, async (lab) => {
    const client = await lab.connect();
    await loadOrders(client, orders, (loaded) => console.log(`${whole(loaded)} orders`));
    await loadMinutes(client);
    await loadTombstones(client, orders);
    const explained: Explained[] = [];
    const database = explaining(
      connectPg({
        url: lab.addresses.postgres,
        poolSize: 1,
        statementTimeoutMs: TIMEOUT_MS,
        connectTimeoutMs: 10_000,
        logger: createLogger('WARN'),
      }),
      (one) => explained.push(one),
    );
    const explain = async ({ name, run }: Statement): Promise<[string, Explained][]> => {
      explained.length = 0;
      await run(database);
      return explained.map((one, at) => [explained.length > 1 ? `${name} (${at + 1})` : name, one]);
    };
    const hot: [string, Explained][] = [];
    for (const statement of hotStatements(orders)) hot.push(...(await explain(statement)));
    const rare: [string, Explained][] = [];
    for (const statement of rareStatements()) rare.push(...(await explain(statement)));
    await database.close();
    return {
      method:
        `EXPLAIN (ANALYZE, BUFFERS) of each statement with ${whole(orders)} orders in the table, in a transaction that is ` +
        'rolled back, once, after the statements before it have warmed some of the pages. Pages have 8 kB; those that the triggers ' +
        `access are not counted, but their time is. ${await describePostgres(client)}.`,
      tables: [toTable('In the path of every order and request', hot), toTable('Occasional', rare)],
    };
  });
}

function toTable(title: string, statements: readonly (readonly [string, Explained])[]): Table {
  return {
    title,
    columns: ['statement', 'ms', 'of them triggers', 'planning ms', 'pages', 'reads by'],
    rows: statements.map(([name, { executionMs, triggersMs, planningMs, pages, scans }]) => [
      name,
      short(executionMs),
      short(triggersMs),
      short(planningMs),
      whole(pages),
      scans.join(', '),
    ]),
  };
}
