import { loadConfig } from '../../lib/config.ts';
import { attributeOwner } from './resources.ts';
import type { Resource, Template } from './serverless.ts';

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
  const [shortest] = Object.entries(template.Resources ?? {})
    .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
    .map(([id, resource]) => ({ id, timeout: timeoutOf(resource) }))
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
  const longest = setting(environment, work) + BESIDE_WORK;
  return workersOf(template)
    .map(timeoutOf)
    .filter((timeout) => longest > timeout)
    .map(
      (timeout) =>
        `A batch may take ${longest - BESIDE_WORK} ms (${work}) + ${BESIDE_WORK} ms for claim and verdicts = ${longest} ms, ` +
        `and the worker ends after ${timeout} ms. Lower the former, or raise processTimeout.`,
    );
}

/** The functions that event sources invoke. */
function workersOf({ Resources = {} }: Template): Resource[] {
  return Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping')
    .flatMap(({ Properties }) => Resources[attributeOwner(Properties?.FunctionName) ?? ''] ?? []);
}

/** Milliseconds. */
const timeoutOf = ({ Properties }: Resource): number => 1_000 * Number(Properties?.Timeout);

type Wait = 'DATABASE_TIMEOUT_MS' | 'QUEUE_SEND_TIMEOUT_MS' | 'PROCESSING_DELAY_MS' | 'WEBHOOK_TIMEOUT_MS';

/** Milliseconds. */
function setting(environment: Environment, name: Wait): number {
  return Number(environment[name] ?? DEFAULTS[name]);
}
