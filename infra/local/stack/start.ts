import { command } from '../../command.ts';
import { execute, main } from '../../run-command.ts';
import { untilStopped } from './process/stop-signal.ts';
import { runStack } from './run-stack.ts';

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
  run: ({ external }) => untilStopped((signal) => runStack(external ? 'external' : 'embedded', signal)),
});

await main(import.meta.filename, (args) => execute(start, args));
