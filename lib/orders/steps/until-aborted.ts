import { TransientFailure } from '../processor.ts';

/** Rejects when the signal aborts, even if the work does not listen to it. */
export async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () =>
    reject(
      new TransientFailure('timed_out', 'not finished within the time of the invocation', { cause: signal.reason }),
    );
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (signal.aborted) onAbort();
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
