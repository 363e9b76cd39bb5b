import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderWithSteps } from '../../client/index.ts';
import { command } from '../../infra/command.ts';
import { printable, printableJson } from '../../infra/printable.ts';
import { UsageError } from '../../infra/user-error.ts';
import { ask, connectStage, ORDER_OPTIONS, type Stage, toStageError } from './stage.ts';

/** Milliseconds between two polls: as often as people can read, and cheap because the service maintains counters. */
const PAUSE_MS = 1_000;

export const watch = command({
  name: 'orders watch',
  usage: ['<order id> [--owner OWNER]', '[--until-done]'],
  does: `With an order id, prints the state of the order after each change until it is finished; the exit code is 0 only if it is
Completed. Without one, prints counts by status as they change, until Ctrl-C.`,
  options: {
    'until-done': {
      type: 'boolean',
      help: 'without an order id: exits when no order is Pending or Processing; Waiting orders may be left',
    },
    ...ORDER_OPTIONS,
  },
  positionals: { name: 'order id', min: 0, max: 1 },
  examples: ['npm run orders -- watch ORD-1', 'npm run orders -- watch --until-done'],
  async run(values, [orderId]) {
    if (orderId !== undefined && values['until-done'])
      throw new UsageError('--until-done is for counts. With an order id, watch ends when the order is finished.');
    const stage = connectStage(values);
    if (orderId !== undefined) return watchOrder(stage, orderId, values);
    let last = '';
    for (; ; await sleep(PAUSE_MS)) {
      const counts = await readCounts(stage);
      const line = values.json ? printableJson(counts) : describe(counts);
      if (line !== last) show(line, values.json);
      last = line;
      if (values['until-done'] && counts.Pending + counts.Processing === 0) return 0;
    }
  },
});

/** @returns the exit code */
async function watchOrder(stage: Stage, orderId: string, values: { owner?: string | undefined; json: boolean }) {
  const onChange = (order: OrderWithSteps) => show(values.json ? printableJson(order) : progress(order), values.json);
  const { status } = await stage.client
    .waitFor(orderId, { owner: values.owner, timeoutMs: 0, onChange })
    .catch((error: unknown) => {
      throw toStageError(stage.url, error, orderId);
    });
  return status === 'Completed' ? 0 : 1;
}

function progress({ status, attempts, steps, reason_code, next_attempt_at }: OrderWithSteps): string {
  const step = steps.at(-1);
  const parts = [
    status,
    `attempt ${attempts}`,
    step && `step ${step.name} (${step.state})`,
    reason_code,
    next_attempt_at && `continues ${next_attempt_at}`,
  ];
  return printable(parts.filter((part) => part).join('   '));
}

async function readCounts(stage: Stage) {
  // The smallest window; the counts do not depend on it.
  const { data } = await ask(stage, stage.client.GET('/metrics', { params: { query: { window: 1 } } }));
  return { ...data.status_counts, oldest_pending_seconds: Math.round(data.oldest_pending_seconds) };
}

function describe({ oldest_pending_seconds: age, ...counts }: Awaited<ReturnType<typeof readCounts>>): string {
  const parts = Object.entries(counts).map(([status, orders]) => `${status} ${orders}`);
  return [...parts, ...(age > 0 ? [`longest wait ${age} s`] : [])].join('   ');
}

function show(line: string, json: boolean): void {
  console.log(json ? line : `${new Date().toISOString().slice(11, 19)}  ${line}`);
}
