import type { Template } from './serverless.ts';

/** Milliseconds where nothing else is said (lib/config.ts). */
const DEFAULT_DATABASE_TIMEOUT = 2_000;
const DEFAULT_SEND_TIMEOUT = 1_000;

/** A request's own statement, and the one that tells what became of it when no answer came. */
const STATEMENTS = 2;

/**
 * Why a function might be ended while it still waits, in a sentence with the numbers; none when its waits are over before.
 * Its client would get API Gateway's answer, which says neither that repeating is safe nor when.
 * @param environment of all functions.
 */
export function outwaits(template: Template, environment: Readonly<Record<string, unknown>>): string[] {
  const { DATABASE_TIMEOUT_MS, QUEUE_SEND_TIMEOUT_MS } = environment;
  const database = Number(DATABASE_TIMEOUT_MS ?? DEFAULT_DATABASE_TIMEOUT);
  const send = Number(QUEUE_SEND_TIMEOUT_MS ?? DEFAULT_SEND_TIMEOUT);
  const longest = STATEMENTS * database + send;
  const [shortest] = Object.entries(template.Resources ?? {})
    .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
    .map(([id, { Properties }]) => ({ id, timeoutMs: 1_000 * Number(Properties?.Timeout) }))
    .sort((a, b) => a.timeoutMs - b.timeoutMs);
  if (!shortest || longest < shortest.timeoutMs) return [];
  return [
    `A request may wait ${STATEMENTS} × ${database} ms (DATABASE_TIMEOUT_MS) + ${send} ms (QUEUE_SEND_TIMEOUT_MS) = ` +
      `${longest} ms, and ${shortest.id} ends after ${shortest.timeoutMs} ms. Lower the former, or raise requestTimeout; ` +
      'the 10 s of the authorizer are the longest that API Gateway waits for one.',
  ];
}
