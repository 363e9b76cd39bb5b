import { loadConfig } from '../../lib/config.ts';
import type { Resource, Template } from './serverless.ts';

type Environment = Readonly<Record<string, unknown>>;

/** What the functions take where nothing else is said, as the code says that reads their settings. */
const DEFAULTS = loadConfig({ DATABASE_URL: 'postgres://user@host/name', QUEUE_URL: 'https://queue', AUTH: 'none' });

/** A request's own statement, and the one that tells what became of it when no answer came. */
const STATEMENTS = 2;

/** Milliseconds of a batch besides its work: 2 s for the claim, 1 s for the rest of an answer, 2 s for the verdicts. */
const BESIDE_WORK = 5_000;

/**
 * Why functions might be ended while they still wait, in sentences with the numbers; none when all waits are over before.
 * A client would get API Gateway's answer, which says neither that repeating is safe nor when. An order would be charged
 * tries that nobody could win.
 * @param environment of all functions.
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
  // How long a module of the user's own takes, only the user knows.
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

/** The functions that event sources call. */
function workersOf({ Resources = {} }: Template): Resource[] {
  return Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping')
    .map(({ Properties = {} }) => Properties.FunctionName as { readonly 'Fn::GetAtt': readonly [string, string] })
    .flatMap(({ 'Fn::GetAtt': [id] }) => Resources[id] ?? []);
}

/** Milliseconds. */
const timeoutOf = ({ Properties }: Resource): number => 1_000 * Number(Properties?.Timeout);

type Wait = 'DATABASE_TIMEOUT_MS' | 'QUEUE_SEND_TIMEOUT_MS' | 'PROCESSING_DELAY_MS' | 'WEBHOOK_TIMEOUT_MS';

/** Milliseconds. */
function setting(environment: Environment, name: Wait): number {
  return Number(environment[name] ?? DEFAULTS[name]);
}
