import { command } from '../../infra/command.ts';
import { printable, printableJson } from '../../infra/printable.ts';
import { UsageError } from '../../infra/user-error.ts';
import { chunksOf } from './chunks-of.ts';
import { ask, connectStage, STAGE_OPTIONS, type Stage } from './stage.ts';
import { printList } from './table.ts';

const VERBS = { resend: 'Resent', delete: 'Deleted' } as const;

/** Ids per request: the API accepts at most 100. */
const PAGE = 100;

export const deadLetters = command({
  name: 'orders dead-letters',
  usage: ['[list]', 'resend <message id …> | --all', 'delete <message id …> | --all'],
  does: `Lists up to ten messages that workers could not process, sends them to the order queue again, or deletes them.
Orders do not depend on them: the sweep sends a message for every unfinished order. The exit code is 1 if a message was not found.`,
  options: {
    all: { type: 'boolean', help: 'all dead letters that are in the queue now' },
    reason: { type: 'string', value: 'TEXT', help: 'why, for the audit' },
    ...STAGE_OPTIONS,
  },
  positionals: { name: 'verb: list, resend ID … or delete ID …', min: 0, max: Number.POSITIVE_INFINITY },
  examples: [
    'npm run orders -- dead-letters',
    'npm run orders -- dead-letters resend --all --reason "the database is back"',
    'npm run orders -- dead-letters delete 5fea7756-0ea4-451a-a703-a558b933e274',
  ],
  async run({ all, reason, json, url }, [verb = 'list', ...ids]) {
    if (verb !== 'list' && !isVerb(verb)) throw new UsageError('Specify list, resend or delete.');
    if (verb === 'list' ? all || ids.length > 0 : all === ids.length > 0)
      throw new UsageError(verb === 'list' ? 'list takes no message ids.' : 'Specify either message ids or --all.');
    const stage = connectStage({ url });
    if (verb === 'list') return list(stage, json);
    const settled: { message_ids: string[]; not_found: string[] } = { message_ids: [], not_found: [] };
    for await (const message_ids of all ? idsInQueue(stage) : chunksOf(ids, PAGE)) {
      const body = { message_ids, ...(reason !== undefined && { reason }) };
      const page = await ask(stage, stage.client.POST(`/dead-letters/${verb}`, { body }));
      settled.message_ids.push(...page.message_ids);
      settled.not_found.push(...page.not_found);
    }
    if (json) console.log(printableJson(settled));
    else console.log(`${VERBS[verb]} ${settled.message_ids.length} dead letters.`);
    for (const id of settled.not_found) console.error(`Not found: ${printable(id)}. Another reader may hold it.`);
    return settled.not_found.length > 0 ? 1 : 0;
  },
});

function isVerb(verb: string): verb is keyof typeof VERBS {
  return Object.hasOwn(VERBS, verb);
}

async function read(stage: Stage) {
  return ask(stage, stage.client.GET('/dead-letters'));
}

async function list(stage: Stage, json: boolean): Promise<void> {
  const { dead_letters: letters, approximate_count: count } = await read(stage);
  printList(letters, json, 'There are no dead letters.', {
    MESSAGE: 'message_id',
    SENT: 'sent_at',
    RECEIVED: 'receive_count',
    BODY: 'body',
  });
  if (count > letters.length) console.error(`These are ${letters.length} of about ${count} dead letters.`);
}

/** Page by page, as many as there are at the start: a message that still cannot be processed comes back. */
async function* idsInQueue(stage: Stage): AsyncGenerator<string[]> {
  const seen = new Set<string>();
  for (;;) {
    const { dead_letters: letters } = await read(stage);
    const fresh = letters.map(({ message_id: id }) => id).filter((id) => !seen.has(id));
    if (fresh.length === 0) return;
    for (const id of fresh) seen.add(id);
    yield fresh;
  }
}
