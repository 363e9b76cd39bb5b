import { parseArgs } from 'node:util';
import { ConfigError } from '../../lib/config.ts';
import { MigrationError } from '../../lib/database/migrations.ts';
import { runStack } from './run-stack.ts';
import { StackError } from './stack-error.ts';

// `npm start`, and `npm run start:localstack` with --external.
const { values: options } = parseArgs({ options: { external: { type: 'boolean', default: false } } });
const stopping = stopSignal();
try {
  await runStack(options.external ? 'external' : 'embedded', stopping);
} catch (error) {
  // Whatever was under way when the user stopped it failed because of that.
  if (!stopping.aborted) {
    const mendable = [StackError, ConfigError, MigrationError].some((kind) => error instanceof kind);
    console.error(mendable ? (error as Error).message : error);
    process.exitCode = 1;
  }
}

/** Aborted when we are asked to stop, or when nobody reads any more what we write. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort());
  process.stdout.on('error', () => controller.abort());
  return controller.signal;
}
