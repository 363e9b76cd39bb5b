/**
 * One deliberate bug. Small enough to survive edits around it: the search text is the shortest that names one place.
 */
export interface Mutation {
  readonly id: string;
  readonly area: string;
  readonly file: string;
  /** Occurs exactly once in the file, or the mutation is stale (stale.ts). */
  readonly find: string;
  readonly replace: string;
  /** The nearest test files; one of them has to fail. */
  readonly tests: readonly string[];
  /** Why no test can notice it. Such a mutation is checked for staleness only. */
  readonly equivalent?: string;
}

type Change = readonly [find: string, replace: string];

function inArea(area: string) {
  return (id: string, file: string, [find, replace]: Change, tests: string, equivalent?: string): Mutation => ({
    id,
    area,
    file,
    find,
    replace,
    tests: tests.split(' ').map((test) => `test/${test}`),
    ...(equivalent !== undefined && { equivalent }),
  });
}

const database = inArea('database');
const sql = inArea('orders/sql');
const orders = inArea('orders');
const auth = inArea('auth');
const http = inArea('http');
const processors = inArea('processors');
const observability = inArea('observability');
const functions = inArea('functions');
const migrations = inArea('migrations');
const cli = inArea('cli');
const deploy = inArea('deploy');
const worker = inArea('worker');
const client = inArea('client');
const consoles = inArea('console');

export const MUTATIONS: readonly Mutation[] = [
  database('D07', 'lib/database/pg.ts', ['prepared && direct.has(client)', 'prepared'], 'database/pg.test.ts'),
  database(
    'D09',
    'lib/database/retry.ts',
    ['Math.random() * Math.min(MAX_PAUSE_MS', 'Math.min(MAX_PAUSE_MS'],
    'database/retry.test.ts',
  ),
  database(
    'D12',
    'lib/database/data-api-error.ts',
    ['httpStatusCode === 429', 'httpStatusCode >= 429'],
    'database/data-api.test.ts',
  ),
  database('D13', 'lib/database/data-api-values.ts', [`'T')}Z\``, `'T')}\``], 'database/contract-values.test.ts'),
  database(
    'D20',
    'lib/database/pg.ts',
    ['cert, key } : true', 'cert, key } : { rejectUnauthorized: false }'],
    'database/iam-token.test.ts',
  ),
  database('D22', 'lib/database/pg.ts', ['keepAlive: true,', ''], 'database/pg.test.ts'),

  sql(
    'S05',
    'lib/orders/sql/claim-orders.ts',
    ['ORDER BY o.order_id, o.owner\n    FOR UPDATE OF o SKIP LOCKED', 'FOR UPDATE OF o SKIP LOCKED'],
    'orders/claim-orders.test.ts',
    'With SKIP LOCKED no session waits, so the order of locking cannot deadlock.',
  ),
  sql(
    'S12',
    'lib/orders/sql/finish-orders.ts',
    ['ORDER BY o.order_id, o.owner\n       FOR UPDATE OF o', 'FOR UPDATE OF o'],
    'orders/concurrency.test.ts',
  ),
  sql('S22', 'lib/orders/sql/insert-orders.ts', ['prepared: true,', ''], 'orders/create-order.test.ts'),
  sql('S25', 'lib/orders/sql/list-conditions.ts', [` AND o.owner <> ''`, ''], 'orders/plans.test.ts'),
  sql(
    'S29',
    'lib/orders/sql/redrive-orders.ts',
    ['crashes = 0,', ''],
    'orders/claim-orders.test.ts http/history-and-redrive.test.ts',
  ),
  sql(
    'S35',
    'lib/orders/sql/roll-up-minutes.ts',
    [`interval '2 minutes'`, `interval '0 minutes'`],
    'orders/get-metrics.test.ts',
  ),
  sql(
    'S38',
    'lib/orders/sql/read-window.ts',
    ['WHERE minute > date_trunc', 'WHERE minute >= date_trunc'],
    'orders/get-metrics.test.ts',
  ),
  sql(
    'S39',
    'lib/orders/sql/audit-orders.ts',
    [
      `await transaction.query('LOCK TABLE public.orders IN SHARE ROW EXCLUSIVE MODE');\n    await transaction.query('DELETE`,
      `await transaction.query('DELETE`,
    ],
    'orders/audit-orders.test.ts',
  ),
  sql(
    'S40',
    'lib/orders/sql/audit-orders.ts',
    [`WHERE paused OR since > now() - $1::double precision * interval '1 second')`, 'WHERE paused)'],
    'orders/audit-orders.test.ts',
  ),
  sql('S44', 'lib/orders/sql/roll-up-minutes.ts', ['if (!lock?.ours) return;', ''], 'orders/get-metrics.test.ts'),
  sql(
    'S45',
    'lib/orders/sql/roll-up-minutes.ts',
    [` AND minute <> date_trunc('hour', minute, 'UTC')`, ''],
    'orders/get-metrics.test.ts',
  ),
  sql(
    'S48',
    'lib/orders/sql/finish-orders.ts',
    ['ORDER BY o.order_id, o.owner\n       FOR UPDATE OF o)', 'ORDER BY o.order_id, o.owner)'],
    'orders/claim-orders.test.ts',
  ),

  orders('O06', 'lib/orders/fingerprint.ts', [', amount(totalAmount), ', ', '], 'http/idempotency.test.ts'),
  orders(
    'O07',
    'lib/orders/admission.ts',
    ['VALID_MS = 2 * LOOK_EVERY_MS', 'VALID_MS = 2_000 * LOOK_EVERY_MS'],
    'orders/admission.test.ts',
  ),
  orders(
    'O13',
    'lib/orders/claim-tasks.ts',
    ['LEASE_MARGIN_SECONDS = 2', 'LEASE_MARGIN_SECONDS = 0'],
    'orders/process-orders.test.ts',
  ),
  orders('O22', 'lib/queue/order-queue.ts', ['Math.ceil(seconds + 0.5)', 'Math.ceil(seconds)'], 'queue/delay.test.ts'),
  orders(
    'O31',
    'lib/orders/redrive-order.ts',
    ['CONTENTION_RETRY = { tries: 5', 'CONTENTION_RETRY = { tries: 1'],
    'orders/redrive-order.test.ts',
  ),
  orders(
    'O33',
    'lib/orders/report-metrics.ts',
    ['OrdersRetried: happened.Retried', 'OrdersRetried: happened.Failed'],
    'observability/published-metrics.test.ts',
  ),
  orders(
    'O35',
    'lib/orders/processing.ts',
    ['if (changed) deps.logger.warn', 'deps.logger.warn'],
    'orders/processing.test.ts',
  ),

  auth(
    'A05',
    'lib/auth/verify-token.ts',
    [`ALGORITHMS = ['RS256'`, `ALGORITHMS = ['HS256', 'RS256'`],
    'auth/verify-token.test.ts',
    'jose refuses an HMAC key from a remote JWKS.',
  ),
  auth(
    'A08',
    'lib/auth/authorize.ts',
    ['if (!(error instanceof VerifierUnavailable)) throw error;', ''],
    'auth/credentials.test.ts',
  ),
  auth(
    'A15',
    'lib/auth/verify-token.ts',
    ['JWKS_TIMEOUT_MS = 1_500', 'JWKS_TIMEOUT_MS = 30_000'],
    'auth/verify-token.test.ts',
  ),
  auth('A17', 'lib/auth/verify-api-key.ts', ['known.delete(sha256);', ''], 'auth/verify-api-key.test.ts'),

  http('H07', 'lib/http/http-error.ts', ['errors.slice(0, MAX_ERRORS)', 'errors'], 'http/create-order.test.ts'),
  http('H14', 'lib/http/list-request.ts', ['from <= to', 'from < to'], 'http/list-orders.test.ts'),
  http(
    'H17',
    'lib/http/text.ts',
    ['[...value].length <= max', 'value.length <= max'],
    'http/cancel-and-redrive.test.ts',
  ),

  processors(
    'P08',
    'lib/runtime/once-loaded.ts',
    ['loaded = undefined;\n      throw error;', 'throw error;'],
    'processors/process-orders.test.ts',
  ),

  observability(
    'V02',
    'lib/observability/describe-error.ts',
    [`return message.split(/['"]/, 1)[0];`, 'return message;'],
    'observability/describe-error.test.ts',
  ),
  observability(
    'V03',
    'lib/observability/describe-error.ts',
    [`message.split('\\n', 1)[0] : undefined`, 'message : undefined'],
    'observability/describe-error.test.ts',
  ),
  observability(
    'V07',
    'lib/observability/logger.ts',
    ['if (LEVELS.indexOf(entryLevel) < LEVELS.indexOf(level)) return () => {};', ''],
    'observability/trace.test.ts',
    'Powertools drops the entry as well; the line saves CPU only.',
  ),
  observability(
    'V10',
    'lib/observability/describe-error.ts',
    [String.raw`/^[\w.:-]{1,100}$/`, String.raw`/^[\w.:\- ]{1,100}$/`],
    'observability/describe-error.test.ts',
  ),

  functions(
    'F05',
    'functions/deploy/respond-to-cloudformation.ts',
    ['failure.slice(0, MAX_REASON_LENGTH)', 'failure'],
    'deploy/migrate.test.ts',
  ),
  functions(
    'F06',
    'functions/deploy/respond-to-cloudformation.ts',
    ['if (!response.ok) throw', 'if (false) throw'],
    'deploy/migrate.test.ts',
  ),
  functions(
    'F10',
    'functions/queue/process-orders.ts',
    ['messages.flatMap(', 'messages.toReversed().flatMap('],
    'observability/trace.test.ts',
  ),

  migrations(
    'M04',
    'infra/migrations/000001-orders.sql',
    ['AND cardinality(item_ids) <= 1000', ''],
    'orders/transitions.test.ts',
  ),
  migrations(
    'M08',
    'infra/migrations/000021-undo-and-cancel.sql',
    [`(o.status = 'Failed' OR (n.ends_as`, '((n.ends_as'],
    'orders/get-metrics.test.ts',
  ),
  migrations(
    'M12',
    'infra/migrations/000005-listing-and-control.sql',
    [
      `CREATE INDEX orders_waiting ON orders ((coalesce(not_before, created_at))) WHERE status = 'Pending'`,
      'SELECT true',
    ],
    'orders/plans.test.ts',
  ),
  migrations(
    'M14',
    'infra/migrations/000003-order-minutes.sql',
    ['pg_backend_pid() % 64, e.event', '(random() * 63)::int, e.event'],
    'orders/concurrency.test.ts',
  ),
  migrations(
    'M15',
    'infra/migrations/000005-listing-and-control.sql',
    [' CHECK (only_row)', ''],
    'orders/transitions.test.ts',
  ),
  migrations(
    'M17',
    'infra/migrations/000003-order-minutes.sql',
    ['ORDER BY e.event, e.detail\n', '\n'],
    'orders/concurrency.test.ts',
    'count_orders has locked the one row of the slot before, so that no two transactions lock these rows at the same time.',
  ),
  migrations(
    'M18',
    'infra/migrations/000005-listing-and-control.sql',
    ['INCLUDE (finished_at) ', ''],
    'orders/plans.test.ts',
  ),

  cli('L02', 'cli/redrive.ts', ['await sleep(Math.max(', 'void (Math.max('], 'cli/redrive.test.ts'),
  cli(
    'L03',
    'cli/doctor/dead-letters.ts',
    ['if (failed.length > 0) return', 'if (false) return'],
    'cli/dead-letters.test.ts',
  ),
  cli(
    'L07',
    'cli/api/watch.ts',
    ['counts.Pending + counts.Processing === 0', 'counts.Pending === 0'],
    'cli/against-a-service.test.ts',
  ),
  cli('L09', 'cli/api/create.ts', [' || !error.refused', ''], 'cli/against-a-service.test.ts'),
  cli('L10', 'cli/redrive.ts', ['return capped + leftAlone.length', 'return leftAlone.length'], 'cli/redrive.test.ts'),

  deploy(
    'B01',
    'infra/deploy/budget.ts',
    ['if (total <= lambdaConcurrency)', 'if (total < lambdaConcurrency)'],
    'deploy/budget.test.ts',
  ),
  deploy(
    'B03',
    'infra/deploy/roles.ts',
    ['[ATTACH_TO_NETWORK, CODE_MAY_NOT]', '[ATTACH_TO_NETWORK]'],
    'deploy/roles.test.ts',
  ),
  deploy('B09', 'infra/deploy/settings.ts', [`'MAX_PENDING_AGE_SECONDS',`, ''], 'deploy/settings.test.ts'),
  deploy(
    'B10',
    'infra/deploy/budget.ts',
    ['100), total - CONNECTIONS_APART)', '100), total)'],
    'deploy/budget.test.ts',
  ),
  deploy('B11', 'infra/aws/queues.yml', ['maxReceiveCount: 5', 'maxReceiveCount: 1'], 'cost/cost.test.ts'),
  deploy('B12', 'infra/aws/queues.yml', ['MessageRetentionPeriod: 1209600\n', '\n'], 'cost/cost.test.ts'),
  deploy('B13', 'serverless.yml', ['visibilityTimeout: 361', 'visibilityTimeout: 121'], 'cost/cost.test.ts'),
  deploy(
    'B14',
    'infra/aws/watch/alarms.ts',
    ['DatapointsToAlarm: 3', 'DatapointsToAlarm: 5'],
    'observability/alarms.test.ts',
  ),

  worker(
    'W06',
    'infra/local/lambda/batch-gatherer.ts',
    ['if (batch.isEmpty) windowEnds = this.#now() + this.#limits.windowMs;', ''],
    'worker/batch-gatherer.test.ts',
  ),
  worker(
    'W13',
    'infra/local/lambda/batch-gatherer.ts',
    ['if (batch.isEmpty) throw error;', 'throw error;'],
    'worker/batch-gatherer.test.ts',
  ),
  sql(
    'S60',
    'lib/orders/sql/order-steps.ts',
    [' AND o.token = g.token', ''],
    'orders/steps.test.ts database/contract-steps.test.ts',
  ),
  orders(
    'O60',
    'lib/orders/steps/run-steps.ts',
    ['if (known) return', 'if (known && name === "") return'],
    'orders/steps.test.ts',
  ),
  worker(
    'W17',
    'infra/local/lambda/environment-pool.ts',
    ['.slice(0, this.#all.size - 1)', ''],
    'worker/environment-pool.test.ts',
  ),
  worker(
    'W18',
    'infra/local/lambda/batch-gatherer.ts',
    [`MessageAttributeNames: ['All'],\n      }`, '}'],
    'worker/batch-gatherer.test.ts',
  ),

  client(
    'K05',
    'client/patience.ts',
    ['[request.signal, timeout(timeoutMs)]', '[timeout(timeoutMs)]'],
    'client/client.test.ts',
  ),

  consoles('N03', 'console/orders.js', ['if (pages.length > 1) return;', ''], 'browser/orders.browser.ts'),
  consoles('N07', 'console/dom.js', ['if (old.isEqualNode(child)) return old;', ''], 'browser/orders.browser.ts'),
  consoles(
    'N08',
    'console/chart.js',
    ['Number(values.at(-1)) < Number(values.at(-2))', 'false'],
    'browser/overview.browser.ts',
  ),
  consoles('N11', 'console/live.js', ['  leaving.abort();\n', ''], 'browser/overview.browser.ts'),
];
