import { command } from '../infra/command.ts';
import { databaseEnvironment } from '../infra/local/stack/enter-stack.ts';
import { execute, main } from '../infra/run-command.ts';
import { UserError } from '../infra/user-error.ts';
import { loadDatabaseConfig } from '../lib/config.ts';
import { connectDatabase } from '../lib/database/connect.ts';
import type { Database } from '../lib/database/database.ts';
import { createLogger } from '../lib/observability/logger.ts';

/** The sample orders of the old service: one per line, in the order of the columns below. */
const SAMPLES = `
  INSERT INTO public.orders (order_id, user_id, item_ids, total_amount, status, processing_time,
                      token, lease_until, due_at, finished_at)
  VALUES
    ('ORD111', 1, '{101,102}', 150.50, 'Pending',    NULL, 0, NULL,  now(), NULL),
    ('ORD112', 2, '{103}',      75.25, 'Processing', NULL, 1, now(), now(), NULL),
    ('ORD113', 3, '{104,105}', 220.00, 'Completed',  2.5,  1, NULL,  NULL,  now()),
    ('ORD114', 4, '{106}',      50.00, 'Pending',    NULL, 0, NULL,  now(), NULL),
    ('ORD115', 5, '{107,108}', 180.75, 'Completed',  3.1,  1, NULL,  NULL,  now())
  ON CONFLICT DO NOTHING
  RETURNING order_id`;

export const seed = command({
  name: 'seed',
  usage: [''],
  does: `Creates five sample orders in the database in DATABASE_URL, or in the local one. Existing orders are not
changed.`,
  options: {},
  // ORD112 looks as if its worker had died: like the Pending orders it is due, and the sweep sends it.
  async run() {
    let database: Database | undefined;
    try {
      const config = loadDatabaseConfig({ DATABASE_TIMEOUT_MS: '10000', ...databaseEnvironment(process.env) });
      database = connectDatabase(config, createLogger('WARN'));
      const inserted = await database.query(SAMPLES);
      console.log(`Inserted ${inserted.length} sample orders; ${5 - inserted.length} already existed.`);
    } catch (error) {
      throw new UserError(`Seeding failed, and no order was stored: ${(error as Error).message}`, { cause: error });
    } finally {
      await database?.close();
    }
  },
});

await main(import.meta.filename, (args) => execute(seed, args));
