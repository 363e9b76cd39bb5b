import { command } from '../../infra/command.ts';
import { ask, connectStage, STAGE_OPTIONS } from './stage.ts';
import { printList } from './table.ts';

export const failures = command({
  name: 'orders failures',
  usage: [''],
  does: 'Counts the Failed orders by cause, most frequent first.',
  options: STAGE_OPTIONS,
  examples: ['npm run orders -- failures'],
  async run(values) {
    const stage = connectStage(values);
    const { failures: causes } = await ask(stage, stage.client.GET('/failures'));
    printList(causes, values.json, 'There are no Failed orders.', {
      CAUSE: ({ reason_code: code }) => code ?? '(no code)',
      ORDERS: 'orders',
      OLDEST: 'oldest',
      NEWEST: 'newest',
    });
  },
});
