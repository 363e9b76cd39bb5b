/**
 * A queue for calls that must not overlap: each begins when the one before has ended, well or badly. The statements of a
 * transaction need it, since neither driver takes a second one while the first is running.
 */
export function inTurn(): <T>(call: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (call) => {
    const next = last.then(call);
    last = next.catch(() => undefined);
    return next;
  };
}
