/**
 * The functions that the worker's tests run. Each writes down what happens to it in the file JOURNAL, a JSON line an
 * entry, which is how the test sees into another process.
 */
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, SQSEvent } from 'aws-lambda';

export interface JournalEntry {
  readonly what: 'begin' | 'end';
  readonly pid: number;
  readonly requestId: string;
  readonly at: number;
  readonly bodies: readonly string[];
}

function write(what: JournalEntry['what'], event: SQSEvent, context: Context): void {
  const entry: JournalEntry = {
    what,
    pid: process.pid,
    requestId: context.awsRequestId,
    at: Date.now(),
    bodies: (event.Records ?? []).map(({ body }) => body),
  };
  appendFileSync(process.env.JOURNAL ?? '', `${JSON.stringify(entry)}\n`);
}

function failed(event: SQSEvent, body: string) {
  const ids = event.Records.filter((record) => record.body === body).map(({ messageId }) => messageId);
  return { batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** Reports that the messages with the body "fail" failed. */
export async function failSome(event: SQSEvent, context: Context) {
  write('begin', event, context);
  return failed(event, 'fail');
}

/** Takes as long as its environment says, in milliseconds. */
export async function slow(event: SQSEvent, context: Context) {
  write('begin', event, context);
  await sleep(Number(process.env.SLOW_MS));
  write('end', event, context);
}

/** Ends only once the test lets it. */
export async function gated(event: SQSEvent, context: Context) {
  write('begin', event, context);
  while (!existsSync(`${process.env.JOURNAL}.open`)) await sleep(10);
  write('end', event, context);
}

/** Returns the response in its environment. */
export async function answer(event: SQSEvent, context: Context) {
  write('begin', event, context);
  return JSON.parse(process.env.ANSWER ?? '');
}

/** Ends as the body of a message says, or well. */
export async function endAsTold(event: SQSEvent, context: Context) {
  write('begin', event, context);
  for (const { body } of event.Records) {
    if (body === 'throw') throw new Error('thrown by the handler');
    if (body === 'throw nothing') throw undefined;
    if (body === 'exit') process.exit(0);
    if (body === 'kill') process.kill(process.pid, 'SIGKILL');
    if (body === 'block') for (;;);
    if (body === 'never answer') await new Promise(() => setInterval(() => {}, 1_000));
    if (body === 'answer no JSON') return { big: 1n };
  }
  return { batchItemFailures: [] };
}

/** Answers with what it was given. */
export function echo(event: unknown, context: Context) {
  return {
    event,
    pid: process.pid,
    environment: process.env,
    remainingMs: context.getRemainingTimeInMillis(),
    context: JSON.parse(JSON.stringify(context)),
  };
}

/** Says how often its process was called, and takes long enough for a second call to come in that time. */
let calls = 0;
export async function countCalls() {
  calls++;
  await sleep(50);
  return { calls, pid: process.pid };
}

export const notAFunction = 7;

/** Writes down what its environment says. */
export async function tick(event: SQSEvent, context: Context) {
  const { FROM_YML = '', FROM_CLOUDFORMATION = '', AWS_LAMBDA_FUNCTION_NAME = '' } = process.env;
  const bodies = [FROM_YML, FROM_CLOUDFORMATION, AWS_LAMBDA_FUNCTION_NAME];
  write('begin', { ...event, Records: bodies.map((body) => ({ body })) as SQSEvent['Records'] }, context);
}
