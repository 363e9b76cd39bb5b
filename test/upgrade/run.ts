import { parseArgs } from 'node:util';
import { migrationFiles, NoEarlierCode } from './earlier-checkout.ts';
import { loadBesideOldSnapshot, type Outcome, upgradeUnderLoad } from './under-load.ts';

const HELP = `npm run upgrade [-- --orders N] [--migrations N]

Deploys each of the newest migrations under load: the code before it runs, it is applied at a random moment, and the code
of this checkout joins. Then it runs the same load beside a session that holds the oldest snapshot. Exits with 1 when an
order was lost, completed twice or counted wrongly.

  --orders N       orders of each run (default 20000)
  --migrations N   how many of the newest migrations (default all)`;

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '20000' },
    migrations: { type: 'string', default: '1000' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) console.log(HELP);
else await runAll(Number(values.orders), Number(values.migrations));
process.exit();

async function runAll(orders: number, newest: number): Promise<void> {
  if (!(orders >= 1 && newest >= 1)) {
    console.error(`--orders and --migrations must be whole numbers from 1 on.\n\n${HELP}`);
    process.exitCode = 1;
    return;
  }
  const runs: [string, () => Promise<Outcome>][] = (await migrationFiles())
    .slice(-newest)
    .map((migration) => [migration, () => upgradeUnderLoad({ migration, orders, moment: Math.random() })]);
  runs.push(['the oldest snapshot held', () => loadBesideOldSnapshot(orders)]);
  for (const [name, run] of runs) {
    console.log(`\n${name}`);
    try {
      const { wrongs, report } = await run();
      for (const line of report) console.log(`  ${line}`);
      console.log(
        wrongs.length === 0 ? '  nothing lost, doubled or counted wrongly' : `  WRONG: ${wrongs.join('\n  WRONG: ')}`,
      );
      if (wrongs.length > 0) process.exitCode = 1;
    } catch (error) {
      if (!(error instanceof NoEarlierCode)) throw error;
      console.log(`  not run: ${error.message}`);
    }
  }
}
