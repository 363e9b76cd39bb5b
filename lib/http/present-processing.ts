import type { Processing } from '../orders/sql/processing-control.ts';

/** Whether processing is paused, as clients see it. */
export function presentProcessing({ paused, since, actor, reason }: Processing) {
  return { paused, since: since?.toISOString() ?? null, actor, reason };
}
