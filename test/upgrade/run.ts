import { command } from '../../infra/command.ts';
import { execute, main } from '../../infra/run-command.ts';
import { migrationFiles, NoEarlierCode } from './earlier-checkout.ts';
import { loadBesideOldSnapshot, type Outcome, upgradeUnderLoad } from './under-load.ts';

export const upgrade = command({
  name: 'upgrade',
  usage: ['[--orders N] [--migrations N]'],
  does: `Deploys each of the newest migrations under load: the code before it runs, it is applied at a random moment, and the code
of this checkout joins. Then it runs the same load alongside a session that holds the oldest snapshot. The exit code is 1 when
an order was lost, completed twice or counted wrongly.`,
  options: {
    orders: { type: 'integer', min: 1, max: 10_000_000, default: 20_000, help: 'orders of each run' },
    migrations: { type: 'integer', min: 1, max: 1_000, default: 1_000, help: 'how many of the newest migrations' },
  },
  async run({ orders, migrations }) {
    await runAll(orders, migrations);
    process.exit();
  },
});

async function runAll(orders: number, newest: number): Promise<void> {
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

await main(import.meta.filename, (args) => execute(upgrade, args));
