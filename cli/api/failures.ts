import { command } from '../../infra/command.ts';
import { printableJson } from '../../infra/printable.ts';
import { ask, connectStage, STAGE_OPTIONS } from './stage.ts';
import { table } from './table.ts';

export const failures = command({
  name: 'orders failures',
  usage: [''],
  does: 'Counts the Failed orders by cause, most frequent first.',
  options: STAGE_OPTIONS,
  examples: ['npm run orders -- failures'],
  async run(values) {
    const stage = connectStage(values);
    const { failures: causes } = await ask(stage, stage.client.GET('/failures'));
    if (values.json) return console.log(printableJson(causes));
    if (causes.length === 0) return console.log('There are no Failed orders.');
    const rows = causes.map(({ reason_code: code, orders, oldest, newest }) => [
      code ?? '(no code)',
      String(orders),
      oldest ?? '',
      newest ?? '',
    ]);
    console.log(table(['CAUSE', 'ORDERS', 'OLDEST', 'NEWEST'], rows));
  },
});
