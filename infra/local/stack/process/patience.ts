import { PROGRESS_MS } from '../../../progress.ts';
import { report } from '../console.ts';

/** Begins a wait. The function that it returns is called with the reason as often as one likes, and reports every 5 s. */
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
