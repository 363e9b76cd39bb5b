import { parseArgs } from 'node:util';
import { BENCHES, findBench } from './benches.ts';
import { closeLabs } from './lab.ts';
import { writeReport } from './report/report.ts';
import { saveResult } from './report/saved-result.ts';
import { formatTable, type Result } from './result.ts';

const USAGE = `npm run bench -- <name> [--tiny] [--save] [--keep DIR]
${Object.entries(BENCHES)
  .map(([name, { letter, title }]) => `  ${letter}, ${name.padEnd(10)} ${title}`)
  .join('\n')}
     report     writes bench/RESULTS.md and its plots from what was saved
  --tiny        only shows that it runs: the figures mean nothing
  --save        keeps the figures for the report, in bench/results
  --keep DIR    where the large databases of "metrics" and "plans" stay, to be found again`;

/** @throws Error with one line that says what is wrong and what to do. */
async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      tiny: { type: 'boolean', default: false },
      save: { type: 'boolean', default: false },
      keep: { type: 'string' },
    },
    allowPositionals: true,
  });
  const [name = '', ...more] = positionals;
  if (more.length > 0) throw new Error(`One benchmark at a time. ${USAGE}`);
  if (name === 'report') return writeReport();
  const found = findBench(name);
  if (!found) throw new Error(USAGE);
  const [key, bench] = found;
  const started = performance.now();
  const run = await bench.load();
  const options = { tiny: values.tiny, keepIn: values.keep };
  const result = await run(options);
  print(bench.title, result, (performance.now() - started) / 1_000);
  if (values.save) saveResult(key, options, result);
}

function print(title: string, { method, tables }: Result, seconds: number): void {
  console.log(`\n${title}\n\n${method}\n`);
  for (const table of tables) console.log(`${formatTable(table)}\n`);
  console.log(`(${seconds.toFixed(0)} s in all)`);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void closeLabs().finally(() => process.exit(130)));

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
