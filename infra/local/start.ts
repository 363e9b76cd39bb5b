import { command, execute, main } from '../cli/command.ts';
import { runStack } from './run-stack.ts';
import { stopSignal } from './stop-signal.ts';

export const start = command({
  name: 'start',
  usage: [''],
  does: `Runs the whole backend on this machine until Ctrl-C: API, Postgres, queue server and worker. Settings are environment
variables (docs/settings.md).`,
  options: {
    external: {
      type: 'boolean',
      help: `uses LocalStack's queue and a Postgres that run already, as npm run start:localstack does. DATABASE_URL,
AWS_ENDPOINT_URL_SQS and QUEUE_URL name others`,
    },
  },
  async run({ external }) {
    const stopping = stopSignal();
    try {
      await runStack(external ? 'external' : 'embedded', stopping);
    } catch (error) {
      // Whatever was in progress when the user stopped it failed because of that.
      if (!stopping.aborted) throw error;
    }
  },
});

await main(import.meta.filename, (args) => execute(start, args));
