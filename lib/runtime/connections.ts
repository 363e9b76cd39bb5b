import { loadConfig } from '../config.ts';
import { connectDatabase } from '../database/connect.ts';
import { createLogger } from '../observability/logger.ts';
import { SqsOrderQueue } from '../queue/sqs.ts';
import { once } from './once-loaded.ts';

/** What every trigger needs. Only this folder knows which adapters are in use. */
export type Connections = ReturnType<typeof connect>;

/** @throws ConfigError that lists each variable that is missing or out of range */
export function connect(env: NodeJS.ProcessEnv) {
  const config = loadConfig(env);
  const logger = createLogger(config.LOG_LEVEL);
  const database = connectDatabase(config, logger);
  const queue = new SqsOrderQueue({
    queueUrl: config.QUEUE_URL,
    sendTimeoutMs: config.QUEUE_SEND_TIMEOUT_MS,
    packs: config.QUEUE_MESSAGES === 'packed',
    logger,
  });
  const close = async () => {
    queue.close();
    await database.close();
  };
  return { config, database, queue, logger, resendAfterSeconds: config.RESEND_AFTER_SECONDS, close };
}

/** The connections of this container. */
export const connections = once(() => connect(process.env));
