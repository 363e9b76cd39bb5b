import { parseArgs } from 'node:util';
import { ConfigError } from '../../lib/config.ts';
import { runStack } from './run-stack.ts';
import { StackError } from './stack-error.ts';
import { stopSignal } from './stop-signal.ts';

// `npm start`, and `npm run start:localstack` with --external.
const { values: options } = parseArgs({ options: { external: { type: 'boolean', default: false } } });
const stopping = stopSignal();
try {
  await runStack(options.external ? 'external' : 'embedded', stopping);
} catch (error) {
  // Whatever was under way when the user stopped it failed because of that.
  if (!stopping.aborted) {
    const mendable = error instanceof StackError || error instanceof ConfigError;
    console.error(mendable ? error.message : error);
    process.exitCode = 1;
  }
}
