import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Transaction } from './database.ts';

/** The role of the functions: it reads and writes rows, and can change neither tables nor API keys. Migrations run as the owner. */
export const APP_ROLE = 'orders_app';

/** Rounds of PBKDF2: the default of Postgres (scram_iterations). The password is random, so more rounds would add nothing. */
const SCRAM_ROUNDS = 4_096;

/**
 * Creates the role if it does not exist, and sets its password. Only the SCRAM verifier is sent, as a parameter, so that neither it
 * nor the password is in the text of a statement, which Postgres logs.
 */
export async function createAppRole(transaction: Transaction, password: string): Promise<void> {
  await transaction.query(`SELECT set_config('orders.verifier', $1::text, true) AS verifier`, [
    scramVerifier(password),
  ]);
  await transaction.query(`
    DO $$
    BEGIN
      IF to_regrole('${APP_ROLE}') IS NULL THEN CREATE ROLE ${APP_ROLE}; END IF;
      EXECUTE format('ALTER ROLE ${APP_ROLE} LOGIN PASSWORD %L', current_setting('orders.verifier'));
    END
    $$`);
}

/** As Postgres stores it (RFC 5803, section 3). */
function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, SCRAM_ROUNDS, 32, 'sha256');
  const keyOf = (name: string) => createHmac('sha256', salted).update(name).digest();
  const stored = createHash('sha256').update(keyOf('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${SCRAM_ROUNDS}:${salt.toString('base64')}$${stored}:${keyOf('Server Key').toString('base64')}`;
}

/** Tables that the functions read and write. Others in the schema may belong to another program. */
const WRITTEN_TABLES = [
  'busy_owners',
  'order_counters',
  'order_details',
  'order_history',
  'order_minutes',
  'order_signals',
  'order_steps',
  'orders',
  'processing_control',
];
/** Tables whose rows the functions never change. */
const APPENDED_TABLES = ['audit', 'order_tombstones'];
/** Tables that the functions only read. */
const READ_TABLES = ['api_keys', 'schema_migrations'];
/** Functions that their statements and the triggers call. Triggers themselves need no privilege. */
const CALLED_FUNCTIONS = ['act_as', 'count_events', 'count_orders', 'duration_bucket'];

/**
 * Grants the role the privileges that the functions need. Does nothing if there is no such role, as in a database whose functions
 * log in as its owner. Called in each migration, because a trigger may write to its new table at once, and after each run, so that a
 * database that was restored without its grants gets them back.
 */
export async function grantToAppRole(transaction: Transaction): Promise<void> {
  await transaction.query(`
    DO $$
    DECLARE
      target record;
    BEGIN
      IF to_regrole('${APP_ROLE}') IS NULL OR current_user = '${APP_ROLE}' THEN RETURN; END IF;
      GRANT USAGE ON SCHEMA public TO ${APP_ROLE};
      FOR target IN
        SELECT oid::regclass AS name,
          CASE
            WHEN relname IN (${listOf(READ_TABLES)}) THEN 'SELECT'
            WHEN relname IN (${listOf(APPENDED_TABLES)}) THEN 'SELECT, INSERT'
            ELSE 'SELECT, INSERT, UPDATE, DELETE'
          END AS rights
        FROM pg_catalog.pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND pg_has_role(relowner, 'USAGE')
          AND relname IN (${listOf([...READ_TABLES, ...APPENDED_TABLES, ...WRITTEN_TABLES])})
      LOOP
        EXECUTE format('REVOKE ALL ON %s FROM ${APP_ROLE}', target.name);
        EXECUTE format('GRANT %s ON %s TO ${APP_ROLE}', target.rights, target.name);
      END LOOP;
      FOR target IN
        SELECT oid::regprocedure AS name FROM pg_catalog.pg_proc
        WHERE pronamespace = 'public'::regnamespace AND pg_has_role(proowner, 'USAGE') AND proname IN (${listOf(CALLED_FUNCTIONS)})
      LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO ${APP_ROLE}', target.name);
      END LOOP;
    END
    $$`);
}

function listOf(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}
