import { command } from '../infra/command.ts';
import { UsageError } from '../infra/user-error.ts';
import { countOrdersOf, eraseOrdersOf, NOBODY, type Person } from '../lib/orders/sql/erase-orders.ts';
import { onDatabase } from './on-database.ts';
import { operator } from './operator.ts';

/** Orders per commit: each has many rows, and their locks should be short. */
const PAGE = 100;

export const erase = command({
  name: 'orders erase',
  usage: ['--user N [--owner OWNER] [--dry-run]', '--customer-ref TEXT [--owner OWNER] [--dry-run]'],
  does: `Erases a user or a customer from the finished orders: user_id becomes ${NOBODY}, and customer_ref, metadata, reasons, results of steps, payloads of
signals and idempotency keys are deleted. Order ids, amounts, items, states and times stay. Failed orders can no longer be
redriven. It cannot be undone, and is audited; the audit has a hash of the customer_ref. The exit code is 1 if orders of the user or
customer are left, because they are not finished.`,
  options: {
    user: { type: 'integer', min: -2_147_483_648, max: 2_147_483_647, help: 'the user_id' },
    'customer-ref': { type: 'string', value: 'TEXT', help: 'the customer_ref' },
    owner: { type: 'string', value: 'OWNER', help: 'only orders of this owner' },
    reason: { type: 'string', value: 'TEXT', help: 'why, for the audit' },
    'dry-run': { type: 'boolean', help: 'only prints how many orders it would erase' },
  },
  examples: [
    'npm run orders -- erase --user 7 --dry-run',
    'npm run orders -- erase --user 7 --reason "request 2026-118"',
    'npm run orders -- erase --customer-ref customer-17',
  ],
  async run({ user, 'customer-ref': customerRef, owner = null, reason = null, 'dry-run': dryRun }) {
    const selection = { person: personOf(user, customerRef), owner };
    return onDatabase(async (database) => {
      const before = await countOrdersOf(database, selection);
      if (dryRun) {
        console.log(`${before.finished} orders would be erased; ${before.unfinished} are not finished.`);
        return 0;
      }
      const change = { actor: `operator ${operator()}`, reason };
      let erased = 0;
      for (let page = PAGE; page === PAGE; erased += page) {
        page = await eraseOrdersOf(database, selection, PAGE, change);
        if (page === PAGE) console.error(`Erased ${erased + page} orders so far …`);
      }
      const { finished, unfinished } = await countOrdersOf(database, selection);
      console.log(
        `Erased ${erased} orders. ${finished + unfinished} orders of this ${customerRef === undefined ? 'user' : 'customer'} are left.`,
      );
      if (unfinished > 0)
        console.error(
          `${unfinished} orders are not finished: cancel them, redrive those with undo_failed, or wait, and repeat this.`,
        );
      return finished + unfinished > 0 ? 1 : 0;
    });
  },
});

function personOf(userId: number | undefined, customerRef: string | undefined): Person {
  if (userId !== undefined && userId !== NOBODY && customerRef === undefined) return { userId };
  if (userId === undefined && customerRef) return { customerRef };
  throw new UsageError(`Specify either --user, other than ${NOBODY}, or --customer-ref.`);
}
