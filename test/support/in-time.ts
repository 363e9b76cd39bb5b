/**
 * The result of work that must be done before a timer of so many milliseconds fires. A timer and not the clock: on a busy
 * machine, the timeouts of the work in this process are as late as this one.
 * @throws Error if the timer was first
 */
export async function inTime<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
  }, milliseconds);
  try {
    const result = await work;
    if (isLate) throw new Error(`It took longer than ${milliseconds} ms.`);
    return result;
  } finally {
    clearTimeout(timer);
  }
}
