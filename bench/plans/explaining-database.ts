import type { Database, Parameter, Transaction } from '../../lib/database/database.ts';

/** What EXPLAIN (ANALYZE, BUFFERS) reports about one statement. */
export interface Explained {
  readonly sql: string;
  /** Milliseconds in the executor, triggers included. */
  readonly executionMs: number;
  readonly planningMs: number;
  /** Milliseconds in triggers. */
  readonly triggersMs: number;
  /** Pages of 8 kB accessed, in memory or not. */
  readonly pages: number;
  /** How the tables were read, without duplicates: "Index Scan orders_pkey". */
  readonly scans: readonly string[];
  /** Pairs of rows that joins compared and rejected: the square of the rows if every row was compared with every other. */
  readonly rejectedPairs: number;
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly 'Actual Loops': number;
  /** On average, per loop. */
  readonly 'Rows Removed by Join Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

interface Explanation {
  readonly Plan: PlanNode;
  readonly 'Planning Time': number;
  readonly 'Execution Time': number;
  readonly Triggers: readonly { readonly Time: number }[];
}

/**
 * Explains each statement before running it, in a separate transaction that is rolled back, so that what the caller sees
 * is the effect of the statement alone.
 */
export function explaining(database: Database, note: (explained: Explained) => void): Database {
  const explain = async (sql: string, parameters: readonly Parameter[] = []) => {
    if (!/^\s*(SELECT|WITH|INSERT|UPDATE|DELETE)/i.test(sql)) return;
    const undo = new Error('explained');
    try {
      await database.transaction(async (transaction) => {
        const [row] = await transaction.query<{ 'QUERY PLAN': [Explanation] }>(
          `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`,
          parameters,
        );
        if (row) note(toExplained(sql, row['QUERY PLAN'][0]));
        throw undo;
      });
    } catch (error) {
      if (error !== undo) throw error;
    }
  };
  const query: Database['query'] = async (sql, parameters, options) => {
    await explain(sql, parameters);
    return database.query(sql, parameters, options);
  };
  return {
    query,
    // One transaction per statement: those of the roll-up are independent of each other.
    transaction: (work) => work({ kind: 'transaction', query } satisfies Transaction),
    close: () => database.close(),
  };
}

function toExplained(sql: string, { Plan, Triggers, ...times }: Explanation): Explained {
  return {
    sql,
    executionMs: times['Execution Time'],
    planningMs: times['Planning Time'],
    triggersMs: Triggers.reduce((sum, { Time }) => sum + Time, 0),
    pages: Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks'],
    scans: [...new Set(scansOf(Plan))],
    rejectedPairs: rejectedPairsOf(Plan),
  };
}

function rejectedPairsOf({
  'Rows Removed by Join Filter': rows = 0,
  'Actual Loops': loops,
  Plans = [],
}: PlanNode): number {
  return Plans.reduce((sum, plan) => sum + rejectedPairsOf(plan), rows * loops);
}

function scansOf(node: PlanNode): string[] {
  const name = node['Index Name'] ?? node['Relation Name'];
  const isScan = / Scan$/.test(node['Node Type']) && name !== undefined;
  return [...(isScan ? [`${node['Node Type']} ${name}`] : []), ...(node.Plans ?? []).flatMap(scansOf)];
}
