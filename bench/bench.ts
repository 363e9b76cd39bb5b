import { command } from '../infra/command.ts';
import { execute, main } from '../infra/run-command.ts';
import { UsageError } from '../infra/user-error.ts';
import { BENCHES, findBench } from './benches.ts';
import { closeLabs } from './lab.ts';
import { writeReport } from './report/report.ts';
import { saveResult } from './report/saved-result.ts';
import { formatTable, type Result } from './result.ts';

export const bench = command({
  name: 'bench',
  usage: ['<name> [--tiny] [--save] [--keep DIR] [--orders N]'],
  does: `Measures one claim about speed, compared with an alternative in the same run (bench/README.md):

${Object.entries(BENCHES)
  .map(([name, { letter, title }]) => `  ${letter}, ${name.padEnd(10)} ${title}`)
  .join('\n')}
     report     writes bench/RESULTS.md from the saved results`,
  options: {
    tiny: {
      type: 'boolean',
      help: 'runs so little that the results mean nothing: it only shows that the benchmark works',
    },
    save: { type: 'boolean', help: 'keeps the results for the report, in bench/results' },
    keep: {
      type: 'string',
      value: 'DIR',
      help: 'where the large databases of "metrics" and "plans" are kept for later runs',
    },
    orders: { type: 'integer', min: 1, max: 100_000_000, help: 'finished orders in the table of "retention"' },
  },
  positionals: { name: 'name of a benchmark', min: 1, max: 1 },
  async run({ tiny, save, keep, orders }, [name = '']) {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => void closeLabs().finally(() => process.exit(130)));
    if (name === 'report') return writeReport();
    const found = findBench(name);
    if (!found) throw new UsageError(`Unknown benchmark "${name}".`);
    const [key, { title, load }] = found;
    const started = performance.now();
    const run = await load();
    const options = { tiny, keepIn: keep, orders };
    const result = await run(options);
    print(title, result, (performance.now() - started) / 1_000);
    if (save) saveResult(key, options, result);
  },
});

function print(title: string, { method, tables }: Result, seconds: number): void {
  console.log(`\n${title}\n\n${method}\n`);
  for (const table of tables) console.log(`${formatTable(table)}\n`);
  console.log(`(${seconds.toFixed(0)} s in all)`);
}

await main(import.meta.filename, (args) => execute(bench, args));
