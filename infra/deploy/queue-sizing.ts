/**
 * The timeouts of a function that must fit into a visibility timeout (AWS Lambda Developer Guide, "Using Lambda with
 * Amazon SQS"): a message must stay hidden while its batch is gathered and retried under throttling.
 */
const TIMEOUTS_IN_VISIBILITY = 6;

/** Throttled invocations alone could use up fewer. */
export const LEAST_RECEIVES = 5;

/** The shortest visibility timeout, in seconds, and how it was computed. */
export function leastVisibility(timeout: number, batchingWindow: number): { seconds: number; sum: string } {
  const seconds = TIMEOUTS_IN_VISIBILITY * timeout + batchingWindow;
  return { seconds, sum: `${TIMEOUTS_IN_VISIBILITY} × ${timeout} s + ${batchingWindow} s = ${seconds} s` };
}
