import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient, SQSServiceException } from '@aws-sdk/client-sqs';
import { messageOf } from '../../../lib/errors.ts';
import { UserError } from '../../user-error.ts';
import type { Deployment, FunctionDefinition, QueueDefinition } from './deployment.ts';
import { EnvironmentPool } from './environment-pool.ts';
import { EventSource } from './event-source.ts';
import { ensureQueues, type Queue } from './queues.ts';
import { Schedule } from './schedule.ts';
import type { WorkerLog } from './worker-log.ts';

/**
 * Milliseconds for running invocations to finish when the worker stops. The supervisor of `npm start` kills it after
 * 5.5 s, and Ctrl-C must be over within 10.
 */
const GRACE_MS = 5_000;

/** Milliseconds between attempts to reach the queue at the start. */
const RETRY_MS = 250;

/** Milliseconds: a local server accepts immediately, and responds to a long poll of one second well before that. */
const CONNECT_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 5_000;

/**
 * Connections for receives and deletes; deleting ten batches concurrently needs some, and more do not make it faster.
 */
const MAX_SOCKETS = 50;

export interface Worker {
  /** Stops receiving, lets invocations finish for a limited time, then ends them. Resolves when no process is left. */
  stop(): Promise<void>;
}

/**
 * Runs the queue and schedule functions of a deployment, as Lambda would. Resolves when the queues exist and are read;
 * it keeps trying while the queue server does not respond. Endpoint and credentials are the SDK's own settings.
 * @throws UserError if the queue server rejects the queues of serverless.yml
 */
export async function startWorker(deployment: Deployment, log: WorkerLog, signal: AbortSignal): Promise<Worker> {
  const client = new SQSClient({
    region: deployment.region,
    // The endpoint is fixed, so the host of a queue URL must not replace it: LocalStack's differs.
    useQueueUrlAsEndpoint: false,
    md5: false,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: MAX_SOCKETS },
    },
  });
  const pools = deployment.functions.map((one) => new EnvironmentPool(one, concurrencyOf(one), log));
  const endPools = () => Promise.all(pools.map((pool) => pool.stop()));
  try {
    const queues = await reachQueues(client, deployment.queues, log, signal);
    const parts = deployment.functions.flatMap((definition, index) =>
      triggersOf(definition, pools[index] as EnvironmentPool, { client, deployment, queues, log }),
    );
    for (const part of parts) part.start();
    return {
      async stop() {
        const stopped = Promise.all(parts.map((part) => part.stop()));
        await Promise.race([stopped, sleep(GRACE_MS, undefined, { ref: false })]);
        await endPools();
        await stopped;
        client.destroy();
      },
    };
  } catch (error) {
    await endPools();
    client.destroy();
    throw error;
  }
}

/** The most invocations of a function that its events can have in flight. */
function concurrencyOf({ queueEvents, scheduleEvents }: FunctionDefinition): number {
  return queueEvents.reduce((sum, { maximumConcurrency }) => sum + maximumConcurrency, scheduleEvents.length);
}

type Queues = ReadonlyMap<string, Queue>;

async function reachQueues(
  client: SQSClient,
  definitions: readonly QueueDefinition[],
  log: WorkerLog,
  signal: AbortSignal,
): Promise<Queues> {
  for (let tries = 1; ; tries++) {
    try {
      return await ensureQueues(client, definitions);
    } catch (error) {
      if (error instanceof SQSServiceException && error.$fault === 'client')
        throw new UserError(`The queue server refuses what serverless.yml describes: ${error.message}`);
      if (tries === 1) log.error(`The queue server does not respond (${messageOf(error)}); trying until it does.`);
      await sleep(RETRY_MS, undefined, { signal });
    }
  }
}

/** What invokes a function: its event sources and schedules. */
function triggersOf(
  { key: name, functionName: rule, queueEvents, scheduleEvents }: FunctionDefinition,
  pool: EnvironmentPool,
  { client, deployment, queues, log }: { client: SQSClient; deployment: Deployment; queues: Queues; log: WorkerLog },
): (EventSource | Schedule)[] {
  const invoke = (payload: string) => pool.invoke(payload);
  const sources = queueEvents.map((event) => {
    const queue = deployment.queues.find(({ logicalId }) => logicalId === event.queue)?.name;
    log.info(
      `${name} takes batches of ${event.batchSize} from ${queue}, gathered for ${event.windowMs / 1000} s at most, ` +
        `${event.maximumConcurrency} at a time.`,
    );
    const findQueue = async () => (await ensureQueues(client, deployment.queues)).get(event.queue) as Queue;
    return new EventSource(queues.get(event.queue) as Queue, { ...event, name, client, findQueue, invoke, log });
  });
  const schedules = scheduleEvents.map((event) => {
    log.info(`${name} runs every ${event.periodMs / 1000} s.`);
    return new Schedule({ ...event, name, rule, region: deployment.region, invoke, log });
  });
  return [...sources, ...schedules];
}
