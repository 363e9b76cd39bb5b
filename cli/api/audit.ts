import type { operations } from '../../client/index.ts';
import { command } from '../../infra/command.ts';
import { ask, connectStage, STAGE_OPTIONS } from './stage.ts';
import { printList } from './table.ts';

/** As many as one response contains. */
const PAGE = 100;

type Query = NonNullable<operations['listAudit']['parameters']['query']>;
type Entry = operations['listAudit']['responses'][200]['content']['application/json']['audit'][number];

export const audit = command({
  name: 'orders audit',
  usage: ['[filters]'],
  does: `Lists who paused and resumed processing, redrove orders, cancelled several, erased users and customers, handled dead letters, and
created and revoked API keys, newest first.`,
  options: {
    action: { type: 'string', value: 'ACTION', help: 'only this, such as orders.redriven or key.created' },
    owner: { type: 'string', value: 'OWNER', help: 'only about orders and keys of this owner' },
    limit: { type: 'integer', min: 1, max: 9_999_999, default: 20, help: 'the most entries to list' },
    ...STAGE_OPTIONS,
  },
  examples: ['npm run orders -- audit --action orders.redriven'],
  async run({ action, owner, limit, json, url }) {
    const stage = connectStage({ url });
    const entries: Entry[] = [];
    let before: number | null = null;
    do {
      // The service validates the action and reports what it accepts.
      const query = {
        ...(action !== undefined && { action }),
        ...(owner !== undefined && { owner }),
        ...(before !== null && { before }),
        limit: Math.min(PAGE, limit - entries.length),
      } as Query;
      const page: { audit: Entry[]; next_before: number | null } = await ask(
        stage,
        stage.client.GET('/audit', { params: { query } }),
      );
      entries.push(...page.audit);
      before = page.next_before;
    } while (before !== null && entries.length < limit);
    printList(entries, json, 'No entries found.', {
      AT: 'at',
      ACTION: 'action',
      ORDERS: 'orders',
      OWNER: 'owner',
      TARGET: 'target',
      ACTOR: 'actor',
      REASON: 'reason',
    });
    if (before !== null) console.error(`There may be more entries. To list them, increase --limit (now ${limit}).`);
  },
});
