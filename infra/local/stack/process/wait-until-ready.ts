import { setTimeout as delay } from 'node:timers/promises';
import { PROGRESS_MS } from '../../../../lib/observability/progress.ts';
import { report } from '../console.ts';

export interface Wait {
  readonly limitMs: number;
  readonly pollMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Polls until a part is ready, and reports every 5 s why it is not.
 * @param refusalOf returns why it is not ready, or undefined if it is; throws if waiting does not help
 * @returns undefined, or the last reason if the time is up
 */
export async function waitUntilReady(
  part: string,
  { limitMs, pollMs, signal }: Wait,
  refusalOf: () => Promise<string | undefined>,
): Promise<string | undefined> {
  const started = Date.now();
  let next = started + PROGRESS_MS;
  for (; ; await delay(pollMs, undefined, { signal })) {
    const refusal = await refusalOf();
    const now = Date.now();
    const left = started + limitMs - now;
    if (refusal === undefined || left <= 0) return refusal;
    if (now < next) continue;
    next = now + PROGRESS_MS;
    report(part, `not ready yet (${refusal}); giving up in ${Math.ceil(left / 1000)} s`);
  }
}
