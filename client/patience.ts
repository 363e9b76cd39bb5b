type Fetch = (request: Request) => Promise<Response>;

export interface Patience {
  /** Milliseconds for a request including its retries; 0 means no limit. */
  readonly timeoutMs: number;
  readonly retries: number;
}

/** Milliseconds to wait if the service does not specify a time. */
const PAUSE_MS = 1_000;

/**
 * Retries a request after a 503, after the pause in Retry-After, in seconds (RFC 9110, section 10.2.3; the service does not
 * send dates). The last response is returned, whatever it is, and so is a 503 whose pause exceeds the timeout.
 * @returns a function that throws what `fetch` throws: without a response, it is unknown whether the request arrived
 */
export function fetchWithRetry(fetch: Fetch, { timeoutMs, retries }: Patience): Fetch {
  return async (request) => {
    const deadline = timeoutMs > 0 ? Date.now() + timeoutMs : Number.POSITIVE_INFINITY;
    const signals = timeoutMs > 0 ? [request.signal, timeout(timeoutMs)] : [request.signal];
    const signal = AbortSignal.any(signals);
    // Node may collect what passes the signal on to a waiting request as garbage: the request would then never end.
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    aborted.catch(() => undefined);
    for (let left = retries; ; left -= 1) {
      // A body can be read only once, so each attempt except the last sends a copy.
      const response = await Promise.race([
        fetch(new Request(left > 0 ? request.clone() : request, { signal })),
        aborted,
      ]);
      if (response.status !== 503 || left <= 0) return response;
      const pause = pauseOf(response);
      if (Date.now() + pause >= deadline) return response;
      await response.body?.cancel();
      await sleep(pause, signal);
    }
  };
}

/**
 * Like AbortSignal.timeout, whose signal Node may collect as garbage while a request waits: it would then never abort. A timer keeps
 * this one.
 */
function timeout(ms: number): AbortSignal {
  const controller = new AbortController();
  const timedOut = () => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  const timer: unknown = setTimeout(timedOut, ms);
  // In Node, it must not keep the process running; in a browser, it is a number.
  (timer as { unref?(): void }).unref?.();
  return controller.signal;
}

function pauseOf(response: Response): number {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return seconds >= 0 ? seconds * 1_000 : PAUSE_MS;
}

/** Rejects when the signal is aborted. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const wakeUp = () => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    };
    const timer = setTimeout(wakeUp, ms);
    const giveUp = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
  });
}
