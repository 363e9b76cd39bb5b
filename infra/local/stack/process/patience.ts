import { PROGRESS_MS } from '../../../../lib/observability/progress.ts';
import { report } from '../console.ts';

/** Starts a wait. The returned function can be called with the reason any number of times, and reports it every 5 s. */
export function patience(part: string, limitMs: number): (reason: string) => void {
  const started = Date.now();
  let next = started + PROGRESS_MS;
  return (reason) => {
    const now = Date.now();
    if (now < next) return;
    next = now + PROGRESS_MS;
    report(part, `not ready yet (${reason}); giving up in ${Math.ceil((started + limitMs - now) / 1000)} s`);
  };
}
