import { parseArgs } from 'node:util';
import { UsageError } from '../usage-error.ts';
import { ask, connectStage, STAGE_HELP, STAGE_OPTIONS } from './stage.ts';

const HELP = `npm run orders -- pause [--reason TEXT]
npm run orders -- resume [--reason TEXT]

While processing is paused, orders are accepted and wait; those that a worker is at are finished.

  --reason TEXT   why, for whoever asks
${STAGE_HELP}

Example
  npm run orders -- pause --reason "the bank is down"`;

/** `npm run orders -- pause`. */
export const pause = (args: string[]): Promise<number> => change('/processing/pause', args);

/** `npm run orders -- resume`. */
export const resume = (args: string[]): Promise<number> => change('/processing/resume', args);

async function change(path: '/processing/pause' | '/processing/resume', args: string[]): Promise<number> {
  const options = { ...STAGE_OPTIONS, reason: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (positionals.length > 0) throw new UsageError(`It takes no "${positionals[0]}".\n\n${HELP}`);
  const stage = connectStage(values);
  const body = values.reason === undefined ? {} : { reason: values.reason };
  const processing = await ask(stage, stage.client.POST(path, { body }));
  const state = processing.paused ? 'paused' : 'running';
  console.log(values.json ? JSON.stringify(processing) : `Processing is ${state}.`);
  return 0;
}
