import { join } from 'node:path';
import { command } from '../../infra/command.ts';
import { readAwsSettings } from '../../infra/local/stack/aws-settings.ts';
import { enterStack } from '../../infra/local/stack/enter-stack.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { printable, printableJson } from '../../infra/printable.ts';
import { UserError } from '../../infra/user-error.ts';
import { loadConfig } from '../../lib/config.ts';
import { connectDatabase } from '../../lib/database/connect.ts';
import type { Database } from '../../lib/database/database.ts';
import { loadMigrations } from '../../lib/database/migration-files.ts';
import { applyMigrations } from '../../lib/database/migrations.ts';
import { createLogger } from '../../lib/observability/logger.ts';
import { DeadLetters } from '../../lib/queue/dead-letters.ts';
import { connect } from '../../lib/runtime/connections.ts';
import { createSweep } from '../../lib/runtime/sweep.ts';
import { operator } from '../operator.ts';
import type { Check } from './check.ts';
import { deadLetters } from './dead-letters.ts';
import { durability } from './durability.ts';
import { migrations } from './migrations.ts';
import { counters, history, ids, overdueOrders } from './order-checks.ts';
import { queueAttributes } from './queue-attributes.ts';

/** Milliseconds: counting every order of a large table takes minutes. */
const STATEMENT_TIMEOUT_MS = 600_000;

export const doctor = command({
  name: 'orders doctor',
  usage: ['[--fix] [--stage STAGE]'],
  does: `Checks for stuck orders, dead letters, counters or history that differ from the orders, reused ids, missing migrations,
fsync, full_page_writes or synchronous_commit turned off, and queues that are not as serverless.yml describes them. The exit
code is 0 if no problem was found, and 1 otherwise.`,
  options: {
    fix: { type: 'boolean', help: 'fixes what it can; dead letters of unknown orders are kept' },
    stage: {
      type: 'string',
      value: 'STAGE',
      default: 'local',
      help: 'the stage of serverless.yml to compare the queues with',
    },
    json: { type: 'boolean', help: 'prints JSON: the number of remaining problems, and the problems by check' },
  },
  examples: ['npm run orders -- doctor', 'npm run orders -- doctor --stage prod --fix'],
  async run(values) {
    enterStack();
    await readAwsSettings();
    const deadLetterQueueUrl = process.env.DEAD_LETTER_QUEUE_URL;
    if (!deadLetterQueueUrl) throw new UserError('Set DEAD_LETTER_QUEUE_URL to the URL of the dead-letter queue.');
    const config = loadConfig(process.env);
    const database = connectDatabase(config, createLogger(config.LOG_LEVEL), STATEMENT_TIMEOUT_MS);
    const connected = connect(process.env);
    const sweep = createSweep(connected);
    const letters = new DeadLetters(deadLetterQueueUrl);
    const rest = [
      durability(database),
      overdueOrders(database, sweep),
      counters(database),
      history(database, `doctor ${operator()}`),
      ids(database),
      deadLetters({ database, queue: connected.queue, letters, keepHidden: values.fix }),
      queueAttributes(values.stage, { queueUrl: config.QUEUE_URL, deadLetterQueueUrl }),
    ];
    try {
      const how = { fixing: values.fix, tell: values.json ? () => {} : tell };
      const first = await examine(await migrationCheck(database), how);
      const examined = [first];
      // The other checks read objects that the migrations create.
      if (leftOf(examined) === 0) for (const check of rest) examined.push(await examine(check, how));
      const left = leftOf(examined);
      if (values.json) console.log(printableJson({ left, checks: examined }));
      else console.log(summaryOf(left, leftOf([first]) > 0, values.fix));
      return left === 0 ? 0 : 1;
    } finally {
      letters.close();
      await connected.close();
      await database.close();
    }
  },
});

async function migrationCheck(database: Database): Promise<Check> {
  const known = await loadMigrations(join(REPOSITORY, 'infra', 'migrations'));
  const options = { importTimeZone: 'UTC', report: (name: string) => console.error(`  applying ${name}`) };
  return migrations(database, known, () => applyMigrations(database, known, options));
}

interface Examined {
  /** The statement that holds if the check finds no problem. */
  readonly check: string;
  readonly findings: readonly { readonly problem: string; readonly fixed: string | null }[];
  readonly later?: readonly string[];
}

/** Reports each problem as soon as a check finds it, and fixes it if requested. */
async function examine(
  check: Check,
  { fixing, tell }: { readonly fixing: boolean; readonly tell: (line: string) => void },
): Promise<Examined> {
  const found = await check.find();
  if (found.length === 0) tell(`ok     ${check.name}`);
  const findings = [];
  for (const { problem, fix } of found) {
    tell(`wrong  ${problem}`);
    const fixed = fixing && fix ? await fix() : null;
    if (fixed !== null) tell(`fixed  ${fixed}`);
    findings.push({ problem, fixed });
  }
  const later = (await check.later?.()) ?? [];
  for (const line of later) tell(`later  ${line}`);
  return { check: check.name, findings, ...(later.length > 0 && { later }) };
}

/** A dead letter can contain any text, which must not move the cursor. */
function tell(line: string): void {
  console.log(printable(line));
}

function leftOf(examined: readonly Examined[]): number {
  return examined.flatMap(({ findings }) => findings).filter(({ fixed }) => fixed === null).length;
}

function summaryOf(left: number, endedEarly: boolean, fixing: boolean): string {
  if (endedEarly) return 'Nothing else was checked: the other checks need an up-to-date database.';
  return left === 0 ? 'No problems found.' : `Problems left: ${left}${fixing ? '' : '; --fix fixes what it can'}.`;
}
