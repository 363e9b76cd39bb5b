/** What a function's answer to a batch means for its messages. */
export interface BatchVerdict {
  /** Ids of the messages that are to come back. */
  readonly failed: ReadonlySet<string>;
  /** What is wrong with the answer, when that is why the whole batch failed. */
  readonly malformed?: string;
}

/**
 * Reads the answer of a function with ReportBatchItemFailures, by the rules of the Lambda developer guide ("Success
 * and failure conditions" of partial batch responses for SQS):
 *
 * - all succeeded: a null or empty answer, a null or empty `batchItemFailures`;
 * - all failed: an answer that is not JSON, an `itemIdentifier` that is empty, null, under another name, or the id of
 *   no message in the batch.
 *
 * The guide does not say what an answer of another type is (a string, a list); here it fails the batch, which loses
 * nothing.
 *
 * @param answer the function's answer in JSON
 * @param delivered the ids of the messages in the batch
 */
export function readBatchResponse(answer: string, delivered: ReadonlySet<string>): BatchVerdict {
  const allFailed = (malformed: string): BatchVerdict => ({ failed: delivered, malformed });
  const response = parse(answer);
  if (response === null) return { failed: new Set() };
  if (typeof response !== 'object' || Array.isArray(response)) return allFailed('the answer is no object');

  const failures = 'batchItemFailures' in response ? response.batchItemFailures : null;
  if (failures === null) return { failed: new Set() };
  if (!Array.isArray(failures)) return allFailed('batchItemFailures is no list');

  const failed = new Set<string>();
  for (const failure of failures as unknown[]) {
    const id = itemIdentifier(failure);
    if (id === undefined) return allFailed('an entry of batchItemFailures has no itemIdentifier');
    if (!delivered.has(id)) return allFailed(`itemIdentifier "${id}" is no message of the batch`);
    failed.add(id);
  }
  return { failed };
}

/** Undefined stands for what is not JSON. */
function parse(answer: string): unknown {
  try {
    return JSON.parse(answer);
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
