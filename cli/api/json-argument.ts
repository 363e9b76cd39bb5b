import { UsageError } from '../../infra/user-error.ts';

/** TypeScript does not know it yet. */
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown };

/**
 * Parses JSON whose numbers are sent on with the digits that they are written with, because a float cannot represent every amount.
 * The service validates the value.
 * @throws SyntaxError
 */
export function parseExactly<Value>(text: string): Value {
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? rawJson(context?.source ?? '') : value,
  );
}

/**
 * The value of an argument that is JSON.
 * @param problem the message for any other text
 * @throws UsageError
 */
export function jsonArgument<Value>(text: string, problem: string): Value {
  try {
    return parseExactly(text);
  } catch {
    throw new UsageError(problem);
  }
}
