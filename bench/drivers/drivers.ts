import { randomUUID } from 'node:crypto';
import { LOCAL_CLUSTER } from '../../infra/local/data-api/local-cluster.ts';
import { connectDataApi } from '../../lib/database/data-api.ts';
import type { Database } from '../../lib/database/database.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { createLogger } from '../../lib/observability/logger.ts';
import { type Claim, claimOrders } from '../../lib/orders/sql/claim-orders.ts';
import { finishOrders } from '../../lib/orders/sql/finish-orders.ts';
import { insertOrders, type OrderInsert } from '../../lib/orders/sql/insert-orders.ts';
import { readCounters } from '../../lib/orders/sql/read-counters.ts';
import { readOrder } from '../../lib/orders/sql/read-order.ts';
import type { BenchOptions } from '../bench-options.ts';
import { type Lab, withLab } from '../lab.ts';
import { describePostgres } from '../machine.ts';
import { type Result, short, times } from '../result.ts';
import { median, percentile } from '../statistics.ts';

const FULL = { runs: 300, warmUps: 30 };
const TINY: typeof FULL = { runs: 3, warmUps: 1 };

/** Milliseconds; far longer than any of these operations takes. */
const TIMEOUT_MS = 10_000;
const ACTOR = 'bench';
const BATCH = 25;

/** The operations in sequence; each works on the orders that the one before has left. */
const OPERATIONS = [
  'insert 1',
  `insert ${BATCH}`,
  `claim ${BATCH}`,
  `finish ${BATCH}`,
  'read one',
  'counters',
  'transaction of two',
] as const;
type Operation = (typeof OPERATIONS)[number];
type Times = ReadonlyMap<Operation, readonly number[]>;

/** (e) The same SQL over the Postgres protocol and over the emulated RDS Data API. */
export async function benchDrivers({ tiny }: BenchOptions): Promise<Result> {
  const sizes = tiny ? TINY : FULL;
  return withLab({ dataApi: true }, async (lab) => {
    const pg = openPg(lab);
    const dataApi = openDataApi(lab);
    await measure(pg, sizes.warmUps);
    await measure(dataApi, sizes.warmUps);
    const measured = { pg: await measure(pg, sizes.runs), dataApi: await measure(dataApi, sizes.runs) };
    await pg.close();
    await dataApi.close();
    const client = await lab.connect();
    return toResult(measured, sizes.runs, await describePostgres(client));
  });
}

function openPg(lab: Lab): Database {
  return connectPg({
    url: lab.addresses.postgres,
    poolSize: 2,
    statementTimeoutMs: TIMEOUT_MS,
    connectTimeoutMs: TIMEOUT_MS,
    logger: createLogger('WARN'),
  });
}

function openDataApi({ addresses }: Lab): Database {
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_RDS_DATA: addresses.dataApi,
  });
  const { DATABASE_RESOURCE_ARN: resourceArn, DATABASE_SECRET_ARN: secretArn } = LOCAL_CLUSTER;
  const databaseName = new URL(addresses.postgres).pathname.slice(1);
  return connectDataApi({
    resourceArn,
    secretArn,
    databaseName,
    statementTimeoutMs: TIMEOUT_MS,
    logger: createLogger('WARN'),
  });
}

async function measure(database: Database, runs: number): Promise<Times> {
  const took = new Map<Operation, number[]>(OPERATIONS.map((operation) => [operation, []]));
  const timed = async <T>(operation: Operation, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    took.get(operation)?.push(performance.now() - started);
    return result;
  };
  for (let run = 0; run < runs; run++) {
    const [single, ...batch] = newOrders(1 + BATCH);
    if (!single) throw new Error('no order was made');
    await timed('insert 1', () => insertOrders(database, [single], 60));
    await timed(`insert ${BATCH}`, () => insertOrders(database, batch, 60));
    const { claims } = await timed(`claim ${BATCH}`, () =>
      claimOrders(
        database,
        batch.map(({ orderId }) => orderId),
        { leaseSeconds: 30, suspects: false, maxCrashes: 5, actor: ACTOR },
      ),
    );
    await timed(`finish ${BATCH}`, () =>
      finishOrders(database, claims.map(toVerdict), { resendAfterSeconds: 60, actor: ACTOR }),
    );
    await timed('read one', () => readOrder(database, single.orderId, null));
    await timed('counters', () => readCounters(database));
    await timed('transaction of two', () =>
      database.transaction(async (transaction) => {
        await transaction.query('SELECT 1 AS one');
        await transaction.query('SELECT 2 AS two');
      }),
    );
  }
  return took;
}

function newOrders(count: number): OrderInsert[] {
  return Array.from({ length: count }, () => ({
    orderId: randomUUID(),
    userId: 7,
    itemIds: [1, 2, 3],
    totalAmount: '19.99',
    requestToken: randomUUID(),
    owner: '',
    idempotencyKey: null,
    fingerprint: randomUUID(),
  }));
}

function toVerdict({ orderId, owner, token, failures }: Claim) {
  return {
    orderId,
    owner,
    token,
    failures,
    status: 'Completed' as const,
    processingTime: 0.001,
    delaySeconds: 0,
    reasonCode: null,
    reason: null,
  };
}

function toResult({ pg, dataApi }: { pg: Times; dataApi: Times }, runs: number, versions: string): Result {
  const of = (times: Times, operation: Operation) => times.get(operation) ?? [];
  return {
    method:
      'The statements of lib/orders/sql over both drivers, one at a time, on the same Postgres. The Data API is the ' +
      'emulator of `npm start`, in a separate process on this machine: what it adds is HTTP, JSON and signing on both ' +
      `sides, without the network latency of AWS, which is added there. ${runs} runs after a warm-up. ${versions}.`,
    tables: [
      {
        title: 'Milliseconds per operation',
        columns: ['', 'pg p50', 'pg p99', 'Data API p50', 'Data API p99', 'p50 is'],
        rows: OPERATIONS.map((operation) => {
          const [direct, remote] = [of(pg, operation), of(dataApi, operation)];
          return [
            operation,
            short(median(direct)),
            short(percentile(direct, 99)),
            short(median(remote)),
            short(percentile(remote, 99)),
            times(median(remote), median(direct)),
          ];
        }),
      },
    ],
  };
}
