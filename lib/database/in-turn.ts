/**
 * A queue for calls that must not overlap: each starts when the previous one has ended, with success or failure.
 * Transactions need it, because neither driver accepts a second statement while the first is running.
 */
export function inTurn(): <T>(call: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (call) => {
    const next = last.then(call);
    last = next.catch(() => undefined);
    return next;
  };
}
