import { setTimeout as sleep } from 'node:timers/promises';
import { command } from '../../infra/command.ts';
import { printableJson } from '../../infra/printable.ts';
import { ask, connectStage, STAGE_OPTIONS, type Stage } from './stage.ts';

/** Milliseconds between two polls: as often as people can read, and cheap because the service maintains counters. */
const PAUSE_MS = 1_000;

export const watch = command({
  name: 'orders watch',
  usage: ['[--until-done]'],
  does: 'Prints counts by status as they change, until Ctrl-C.',
  options: {
    'until-done': { type: 'boolean', help: 'exits when no order is Pending or Processing' },
    ...STAGE_OPTIONS,
  },
  examples: ['npm run orders -- watch --until-done'],
  async run(values) {
    const stage = connectStage(values);
    let last = '';
    for (; ; await sleep(PAUSE_MS)) {
      const counts = await readCounts(stage);
      const line = values.json ? printableJson(counts) : describe(counts);
      if (line !== last) show(line, values.json);
      last = line;
      if (values['until-done'] && counts.Pending + counts.Processing === 0) return;
    }
  },
});

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
