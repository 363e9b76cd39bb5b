/** `npm run localstack`: LocalStack's SQS in the foreground on port 4566, for those who have no Docker. */
import { startLocalStack } from './localstack.ts';

/** LocalStack's own default, and that of docker-compose.yml. */
const PORT = 4566;

try {
  const localStack = await startLocalStack(PORT, console.log);
  console.log(`LocalStack's SQS is ready at ${localStack.endpoint}. Ctrl-C stops it.`);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void localStack.stop());
  await localStack.ended;
  await localStack.stop();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
