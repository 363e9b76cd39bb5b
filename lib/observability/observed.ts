import type { Context } from 'aws-lambda';
import { describeError } from './describe-error.ts';
import { inInvocation, invocationOf } from './invocation.ts';
import { createLogger } from './logger.ts';

/**
 * The wrapper of every function that does not serve HTTP requests (lib/runtime/http-handler.ts): each log entry has the ids of
 * the invocation. An error still fails the invocation, but Lambda logs the text and the properties of a thrown error
 * unchanged. So the error is logged here, and the error that is thrown on contains only what that log entry says.
 */
export function observed<Event, Result>(
  handle: (event: Event, context: Context) => Promise<Result>,
): (event: Event, context: Context) => Promise<Result> {
  return (event, context) =>
    inInvocation(invocationOf(event, context), () => handle(event, context).catch(failInvocation));
}

function failInvocation(error: unknown): never {
  createLogger('ERROR').error('The invocation failed', { error });
  const { name, code, message } = describeError(error);
  throw new Error([name, code, message].filter((part) => part !== undefined).join(': '));
}
