import type { Context } from 'aws-lambda';
import { createLogger } from '../logger.ts';
import { describeError } from './describe-error.ts';
import { inInvocation, invocationOf } from './invocation.ts';

/**
 * What Lambda calls, for every function but those that answer requests (lib/http/handler.ts): each entry of the log bears the ids of
 * the invocation. An error still fails the invocation, but Lambda writes the text and the properties of what a function
 * throws to the log as they are. So it is logged here, and what is thrown on says no more than that entry.
 */
export function observed<Event, Answer>(
  handle: (event: Event, context: Context) => Promise<Answer>,
): (event: Event, context: Context) => Promise<Answer> {
  return (event, context) =>
    inInvocation(invocationOf(event, context), () => handle(event, context).catch(failInvocation));
}

function failInvocation(error: unknown): never {
  createLogger('ERROR').error('The invocation failed', { error });
  const { name, code, message } = describeError(error);
  throw new Error([name, code, message].filter((part) => part !== undefined).join(': '));
}
