import { PermanentFailure } from '../processor.ts';

/**
 * The most bytes of one result as JSON. It is read in one row with its name, and the Data API rejects a row of more than 64 KB.
 * Postgres enforces 64 KB.
 */
export const MAX_RESULT_BYTES = 60_000;

/** The most bytes of all records of a run: one statement reads them, and a result of the Data API has at most 1 MiB. */
export const MAX_RUN_BYTES = 512 * 1_024;

/** Bytes of a record without its name and result, rounded up: so a run has at most 2,600 records. */
const RECORD_BYTES = 200;

/** What a step or sleep counts towards MAX_RUN_BYTES. */
export function recordBytes(name: string, result: string | null): number {
  return RECORD_BYTES + Buffer.byteLength(name) + bytesOf(result);
}

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

function bytesOf(json: string | null): number {
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
