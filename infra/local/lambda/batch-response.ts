export interface BatchResult {
  /** Ids of the messages that are redelivered. */
  readonly failed: ReadonlySet<string>;
  /** The error in the response, if it failed the whole batch. */
  readonly malformed?: string;
}

/**
 * Reads the response of a function with ReportBatchItemFailures, by the rules of the Lambda developer guide ("Success
 * and failure conditions" of partial batch responses for SQS):
 * - all succeeded: a null or empty response, a null or empty `batchItemFailures`;
 * - all failed: a response that is not JSON, an `itemIdentifier` that is empty, null, under another name, or not the id
 * of a message in the batch. The guide does not cover responses of other types (a string, a list); here they fail the
 * batch, which loses nothing.
 * @param json the function's response
 * @param delivered the ids of the messages in the batch
 */
export function readBatchResponse(json: string, delivered: ReadonlySet<string>): BatchResult {
  const allFailed = (malformed: string): BatchResult => ({ failed: delivered, malformed });
  const response = parse(json);
  if (response === null) return { failed: new Set() };
  if (typeof response !== 'object' || Array.isArray(response)) return allFailed('the response is not an object');

  const failures = 'batchItemFailures' in response ? response.batchItemFailures : null;
  if (failures === null) return { failed: new Set() };
  if (!Array.isArray(failures)) return allFailed('batchItemFailures is not a list');

  const failed = new Set<string>();
  for (const failure of failures as unknown[]) {
    const id = itemIdentifier(failure);
    if (id === undefined) return allFailed('an entry of batchItemFailures has no itemIdentifier');
    if (!delivered.has(id)) return allFailed(`itemIdentifier "${id}" is not a message of the batch`);
    failed.add(id);
  }
  return { failed };
}

/** Undefined for a response that is not JSON. */
function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function itemIdentifier(failure: unknown): string | undefined {
  if (typeof failure !== 'object' || failure === null || !('itemIdentifier' in failure)) return undefined;
  return typeof failure.itemIdentifier === 'string' && failure.itemIdentifier !== ''
    ? failure.itemIdentifier
    : undefined;
}
