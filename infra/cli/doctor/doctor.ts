import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../../../lib/config.ts';
import { connectDatabase } from '../../../lib/database/connect.ts';
import type { Database } from '../../../lib/database/database.ts';
import { loadMigrations, migrate } from '../../../lib/database/migrations.ts';
import { createLogger } from '../../../lib/logger.ts';
import { DeadLetters } from '../../../lib/queue/dead-letters.ts';
import { SqsOrderQueue } from '../../../lib/queue/sqs.ts';
import { createRuntime } from '../../../lib/runtime.ts';
import { REPOSITORY } from '../../local/settings.ts';
import { enterStack } from '../environment.ts';
import { UsageError } from '../usage-error.ts';
import type { Check } from './check.ts';
import { deadLetters } from './dead-letters.ts';
import { migrations } from './migrations.ts';
import { counters, history, overdueOrders } from './order-checks.ts';
import { queueAttributes } from './queue-attributes.ts';

const HELP = `npm run orders -- doctor [--fix] [--stage STAGE]

Looks for orders that are stuck, dead letters, counters or history that differ from the orders, migrations that are
missing, and queues that are not as serverless.yml describes them. Exit code 0: all is well; 1: something is not.

  --fix           mends what can be mended; dead letters of unknown orders are kept
  --stage STAGE   the stage of serverless.yml to compare the queues with (default local)

Examples
  npm run orders -- doctor
  npm run orders -- doctor --stage prod --fix`;

/** Milliseconds: counting every order of a large table takes minutes. */
const STATEMENT_TIMEOUT_MS = 600_000;

export async function doctor(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      fix: { type: 'boolean', default: false },
      stage: { type: 'string', default: 'local' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  enterStack();
  const deadLetterQueueUrl = process.env.DEAD_LETTER_QUEUE_URL;
  if (!deadLetterQueueUrl) throw new UsageError('DEAD_LETTER_QUEUE_URL must be set, to the URL of that queue.');
  const config = loadConfig(process.env);
  const database = connectDatabase(config, createLogger(config.LOG_LEVEL), STATEMENT_TIMEOUT_MS);
  const runtime = createRuntime(process.env);
  const queue = new SqsOrderQueue({
    queueUrl: config.QUEUE_URL,
    sendTimeoutMs: config.QUEUE_SEND_TIMEOUT_MS,
    logger: createLogger(config.LOG_LEVEL),
  });
  const letters = new DeadLetters(deadLetterQueueUrl);
  const checks = [
    overdueOrders(database, runtime),
    counters(database),
    history(database, `doctor ${userInfo().username}`),
    deadLetters({ database, queue, letters, keepHidden: values.fix }),
    queueAttributes(values.stage, { queueUrl: config.QUEUE_URL, deadLetterQueueUrl }),
  ];
  try {
    // The other checks ask for what the migrations make.
    const first = await run(await migrationCheck(database), values.fix);
    if (first > 0) {
      console.log('Nothing else was looked at: it needs an up-to-date database.');
      return 1;
    }
    let left = 0;
    for (const check of checks) left += await run(check, values.fix);
    console.log(
      left === 0 ? 'All is well.' : `${left} left to do${values.fix ? '' : '; --fix mends what can be mended'}.`,
    );
    return left === 0 ? 0 : 1;
  } finally {
    letters.close();
    queue.close();
    await runtime.close();
    await database.close();
  }
}

async function migrationCheck(database: Database): Promise<Check> {
  const known = await loadMigrations(join(REPOSITORY, 'infra', 'migrations'));
  const options = { importTimeZone: 'UTC', report: (name: string) => console.log(`  applying ${name}`) };
  return migrations(database, known, () => migrate(database, known, options));
}

/** Prints what a check finds, mends it when asked, and answers how much of it is left. */
async function run(check: Check, fixing: boolean): Promise<number> {
  const findings = await check.find();
  if (findings.length === 0) console.log(`ok     ${check.name}`);
  let left = 0;
  for (const { problem, fix } of findings) {
    console.log(`wrong  ${problem}`);
    if (fixing && fix) console.log(`fixed  ${await fix()}`);
    else left += 1;
  }
  return left;
}
