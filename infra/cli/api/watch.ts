import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { UsageError } from '../usage-error.ts';
import { ask, connectStage, STAGE_HELP, STAGE_OPTIONS, type Stage } from './stage.ts';

const HELP = `npm run orders -- watch [--until-done]

Counts by status, as they change, until Ctrl-C.

  --until-done   ends when no order is Pending or Processing any more
${STAGE_HELP}

Example
  npm run orders -- watch --until-done`;

/** Milliseconds between two looks: as often as people can read, and cheap for the service, whose counters are kept. */
const PAUSE_MS = 1_000;

/** `npm run orders -- watch`: live counts. */
export async function watch(args: string[]): Promise<number> {
  const options = { ...STAGE_OPTIONS, 'until-done': { type: 'boolean', default: false } } as const;
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (positionals.length > 0) throw new UsageError(`It takes no "${positionals[0]}".\n\n${HELP}`);
  const stage = connectStage(values);
  let last = '';
  for (; ; await sleep(PAUSE_MS)) {
    const counts = await readCounts(stage);
    const line = values.json ? JSON.stringify(counts) : describe(counts);
    if (line !== last) show(line, values.json);
    last = line;
    if (values['until-done'] && counts.Pending + counts.Processing === 0) return 0;
  }
}

async function readCounts(stage: Stage) {
  // One minute is the least that it tells of, and all that is needed of it here.
  const { data } = await ask(stage, stage.client.GET('/metrics', { params: { query: { window: 1 } } }));
  return { ...data.status_counts, oldest_pending_seconds: Math.round(data.oldest_pending_seconds) };
}

function describe({ oldest_pending_seconds: age, ...counts }: Awaited<ReturnType<typeof readCounts>>): string {
  const parts = Object.entries(counts).map(([status, orders]) => `${status} ${orders}`);
  return [...parts, ...(age > 0 ? [`oldest Pending ${age} s`] : [])].join('   ');
}

function show(line: string, json: boolean): void {
  console.log(json ? line : `${new Date().toISOString().slice(11, 19)}  ${line}`);
}
