import { command } from '../../../infra/command.ts';
import { execute, main, report } from '../../../infra/run-command.ts';
import { STORM_OPTIONS, stormOptions } from './options.ts';
import { isClean } from './report.ts';
import { runStorm } from './run-storm.ts';

/** The exit code if the storm could not run. */
const STORM_FAILED = 3;

const stopping = new AbortController();

export const stormCommand = command({
  name: 'storm',
  usage: ['[options]'],
  does: `Kills processes of a separate stack at random under load, and then looks for any order lost, stuck, or completed twice,
and for steps that ran again or were not undone. The exit code is 0 when there is none and 1 when there is one; 3 means that the storm itself failed.`,
  options: STORM_OPTIONS,
  async run(values) {
    const options = stormOptions(values);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stopping.abort());
    let code = STORM_FAILED;
    try {
      code = isClean(await runStorm(options, stopping.signal, (line) => console.log(line))) ? 0 : 1;
    } catch (error) {
      report(error, 'storm');
    }
    // Resources that are still open must not keep the process running.
    process.exit(code);
  },
});

await main(import.meta.filename, (args) => execute(stormCommand, args));
