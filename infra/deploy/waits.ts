import { loadConfig } from '../../lib/config.ts';
import { MAX_HOPS } from '../../lib/orders/send-again.ts';
import { MAX_ORDERS_PER_MESSAGE } from '../../lib/queue/packs.ts';
import { ofType, ownerOf, type Properties, propertiesOfType } from './resources.ts';
import type { Template } from './serverless.ts';

type Environment = Readonly<Record<string, unknown>>;

/** The defaults of the functions, as in the code that reads their settings. */
const DEFAULTS = loadConfig({ DATABASE_URL: 'postgres://user@host/name', QUEUE_URL: 'https://queue', AUTH: 'none' });

/** The request's own statement, and the one that determines the outcome after a lost reply. */
const STATEMENTS = 2;

/**
 * Milliseconds of a batch in addition to its work: 2 s for the claim, 1 s for the rest of a response, 2 s for the
 * outcomes.
 */
const BESIDE_WORK = 5_000;

/**
 * The reasons why functions could be ended while they still wait, as sentences with the numbers; empty if all timeouts
 * are shorter. A client would get API Gateway's response, which says neither that a retry is safe nor when. An order
 * would be charged attempts that cannot succeed.
 * @param environment of all functions
 */
export function timeoutProblems(template: Template, environment: Environment): string[] {
  return [...requests(template, environment), ...batches(template, environment)];
}

function requests(template: Template, environment: Environment): string[] {
  const database = setting(environment, 'DATABASE_TIMEOUT_MS');
  const send = setting(environment, 'QUEUE_SEND_TIMEOUT_MS');
  const longest = STATEMENTS * database + send;
  const [shortest] = ofType(template, 'AWS::Lambda::Function')
    .map(([id, properties]) => ({ id, timeout: timeoutOf(properties) }))
    .sort((a, b) => a.timeout - b.timeout);
  if (!shortest || longest < shortest.timeout) return [];
  return [
    `A request may wait ${STATEMENTS} × ${database} ms (DATABASE_TIMEOUT_MS) + ${send} ms (QUEUE_SEND_TIMEOUT_MS) = ` +
      `${longest} ms, and ${shortest.id} ends after ${shortest.timeout} ms. Lower the former, or raise requestTimeout; ` +
      'the 10 s of the authorizer are the longest that API Gateway waits for one.',
  ];
}

function batches(template: Template, environment: Environment): string[] {
  const { PROCESSOR: processor = 'simulated' } = environment;
  const work = processor === 'webhook' ? 'WEBHOOK_TIMEOUT_MS' : 'PROCESSING_DELAY_MS';
  // Only the user knows how long a custom processor takes.
  if (work === 'PROCESSING_DELAY_MS' && processor !== 'simulated') return [];
  const workMs = setting(environment, work);
  const sources = sourcesOf(template);
  return [
    ...sources
      .filter(({ timeout }) => workMs + BESIDE_WORK > timeout)
      .map(
        ({ timeout }) =>
          `A batch may take ${workMs} ms (${work}) + ${BESIDE_WORK} ms for claim and outcomes = ${workMs + BESIDE_WORK} ms, ` +
          `and the worker ends after ${timeout} ms. Lower the former, or raise processTimeout.`,
      ),
    ...(environment.QUEUE_MESSAGES === 'packed'
      ? sources.flatMap((source) => fullBatches(source, environment, workMs))
      : []),
  ];
}

/** What does not fit into an invocation is sent on; after MAX_HOPS times, the sweep sends it, which may be much later. */
function fullBatches({ timeout, batchSize }: Source, environment: Environment, workMs: number): string[] {
  const concurrency = setting(environment, 'PROCESSOR_CONCURRENCY');
  const orders = batchSize * MAX_ORDERS_PER_MESSAGE;
  const fitting = Math.floor((timeout - BESIDE_WORK) / Math.max(1, workMs)) * concurrency;
  // Nothing fits: the other check says so.
  if (fitting <= 0) return [];
  const hops = Math.ceil(orders / fitting) - 1;
  if (hops <= MAX_HOPS) return [];
  return [
    `A batch may have ${batchSize} messages (batchSize) × ${MAX_ORDERS_PER_MESSAGE} orders (QUEUE_MESSAGES) = ${orders} orders, and ` +
      `an invocation has time for ${fitting}, ${concurrency} at a time (PROCESSOR_CONCURRENCY): the last ones would be sent on ${hops} ` +
      `times, and ${MAX_HOPS} are allowed. Raise PROCESSOR_CONCURRENCY, or lower batchSize.`,
  ];
}

/** Lambda's default for SQS. */
const DEFAULT_BATCH_SIZE = 10;

/** Event sources, with the timeouts of the functions that they invoke. */
function sourcesOf(template: Template) {
  return propertiesOfType(template, 'AWS::Lambda::EventSourceMapping').flatMap(({ FunctionName, BatchSize }) => {
    const worker = ownerOf(template, FunctionName);
    const batchSize = Number(BatchSize ?? DEFAULT_BATCH_SIZE);
    return worker ? [{ timeout: timeoutOf(worker.Properties ?? {}), batchSize }] : [];
  });
}

type Source = ReturnType<typeof sourcesOf>[number];

/** Milliseconds. */
const timeoutOf = ({ Timeout }: Properties): number => 1_000 * Number(Timeout);

function setting(environment: Environment, name: keyof typeof DEFAULTS): number {
  return Number(environment[name] ?? DEFAULTS[name]);
}
