import { command } from '../command.ts';
import { execute, main } from '../run-command.ts';
import { startLocalStack } from './localstack.ts';

/** The default of LocalStack and of docker-compose.yml. */
const PORT = 4566;

export const localstack = command({
  name: 'localstack',
  usage: [''],
  does: `Runs LocalStack's SQS on port ${PORT}, without Docker, until Ctrl-C. It needs Python 3.12 or newer, and installs LocalStack
once, into the user's cache.`,
  options: {},
  async run() {
    const localStack = await startLocalStack(PORT, console.log);
    console.log(`LocalStack's SQS is ready at ${localStack.endpoint}. Ctrl-C stops it.`);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void localStack.stop());
    await localStack.ended;
    await localStack.stop();
  },
});

await main(import.meta.filename, (args) => execute(localstack, args));
