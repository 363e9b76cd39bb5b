/** A queue and the worker that receives from it. Times are in seconds. */
interface QueueSizes {
  readonly visibility: number;
  readonly retention: number;
  readonly receives: number;
  /** Of its dead-letter queue, if it has one. */
  readonly deadLetterRetention: number | undefined;
  readonly workerTimeout: number;
  readonly window: number;
}

/**
 * The timeouts of a function that must fit into a visibility timeout (AWS Lambda Developer Guide, "Using Lambda with
 * Amazon SQS"): a message must stay hidden while its batch is gathered and retried under throttling.
 */
const TIMEOUTS_IN_VISIBILITY = 6;

/** Throttled invocations alone could use up fewer receives (same chapter). */
const LEAST_RECEIVES = 5;

/** What is wrong with these sizes: the name of the rule, and a sentence about the queue. */
export function queueProblems(sizes: QueueSizes): [rule: string, message: string][] {
  const { visibility, retention, receives, deadLetterRetention, workerTimeout, window } = sizes;
  const least = TIMEOUTS_IN_VISIBILITY * workerTimeout + window;
  const problems: [string, string][] = [];
  if (visibility < least)
    problems.push([
      'visibility_timeout',
      `its visibility timeout is ${visibility} s, and must be at least ${TIMEOUTS_IN_VISIBILITY} × ${workerTimeout} s + ${window} s = ${least} s.`,
    ]);
  if (deadLetterRetention === undefined) return [...problems, ['dead_letter_queue', 'it has no dead-letter queue.']];
  if (receives < LEAST_RECEIVES)
    problems.push(['max_receive_count', `its maxReceiveCount is ${receives}, and must be at least ${LEAST_RECEIVES}.`]);
  if (deadLetterRetention <= retention)
    problems.push([
      'dead_letter_retention',
      `its dead letters are kept ${deadLetterRetention} s, which must be longer than its own ${retention} s: a message keeps its first timestamp.`,
    ]);
  return problems;
}
