import { command } from '../../infra/command.ts';
import { printableJson } from '../../infra/printable.ts';
import { ask, connectStage, STAGE_OPTIONS } from './stage.ts';

export const pause = processing('pause');
export const resume = processing('resume');

function processing(verb: 'pause' | 'resume') {
  return command({
    name: `orders ${verb}`,
    usage: ['[--reason TEXT]'],
    does: 'While processing is paused, orders are accepted and wait; in-flight orders are finished.',
    options: {
      reason: { type: 'string', value: 'TEXT', help: 'why, shown with the state of processing' },
      ...STAGE_OPTIONS,
    },
    examples: [`npm run orders -- ${verb} --reason "the bank is ${verb === 'pause' ? 'down' : 'back'}"`],
    async run(values) {
      const stage = connectStage(values);
      const body = values.reason === undefined ? {} : { reason: values.reason };
      const state = await ask(stage, stage.client.POST(`/processing/${verb}`, { body }));
      console.log(values.json ? printableJson(state) : `Processing is ${state.paused ? 'paused' : 'running'}.`);
    },
  });
}
