import { PermanentFailure } from '../processor.ts';

/** The most bytes of one result as JSON. Postgres enforces the same limit. */
export const MAX_RESULT_BYTES = 65_536;

/**
 * The most bytes of all results of a run: they are read in one statement, and the Data API rejects a result set of more
 * than 1 MiB.
 */
export const MAX_RUN_BYTES = 8 * MAX_RESULT_BYTES;

/**
 * The result of a step as JSON; null if it returned nothing.
 * @throws PermanentFailure that names the step, if the result is not JSON or too large
 */
export function encodeResult(name: string, result: unknown): string | null {
  const json = toJson(name, result);
  const bytes = bytesOf(json);
  if (bytes > MAX_RESULT_BYTES)
    throw new PermanentFailure(
      'step_result_too_large',
      `The result of step "${name}" has ${bytes} bytes as JSON; the limit is ${MAX_RESULT_BYTES}.`,
    );
  return json;
}

export function decodeResult(json: string | null): unknown {
  return json === null ? undefined : JSON.parse(json);
}

export function bytesOf(json: string | null): number {
  return json === null ? 0 : Buffer.byteLength(json);
}

function toJson(name: string, result: unknown): string | null {
  try {
    return JSON.stringify(result) ?? null;
  } catch (error) {
    throw new PermanentFailure('step_result_not_json', `The result of step "${name}" cannot be written as JSON.`, {
      cause: error,
    });
  }
}
