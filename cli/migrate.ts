import { command } from '../infra/command.ts';
import { databaseEnvironment } from '../infra/local/stack/enter-stack.ts';
import { printable } from '../infra/printable.ts';
import { execute, main } from '../infra/run-command.ts';
import { UserError } from '../infra/user-error.ts';
import { migrate as migrateDatabase } from '../lib/database/migrate.ts';

export const migrate = command({
  name: 'migrate',
  usage: ['[--time-zone ZONE] [--deployed-everywhere] [--dry-run]'],
  does: `Migrates a database, including one of the old service (docs/migrate.md). It works on the database in
DATABASE_URL, or on the local one.`,
  options: {
    'time-zone': {
      type: 'string',
      value: 'ZONE',
      default: 'UTC',
      help: "the time zone of the old service's created_at, such as Europe/Berlin or +01:00",
    },
    'deployed-everywhere': {
      type: 'boolean',
      help: 'also applies migrations that wait: you have checked that this version runs everywhere',
    },
    'dry-run': { type: 'boolean', help: 'prints what would be done, and changes nothing' },
  },
  async run({ 'time-zone': importTimeZone, 'dry-run': dryRun, 'deployed-everywhere': deployedEverywhere }) {
    try {
      await migrateDatabase(databaseEnvironment(process.env), (line) => console.log(printable(line)), {
        importTimeZone,
        dryRun,
        deployed: deployedEverywhere ? Number.POSITIVE_INFINITY : 0,
      });
    } catch (error) {
      const reason = (error as Error).message;
      throw new UserError(`The migration failed and was rolled back: ${reason}`, { cause: error });
    }
  },
});

await main(import.meta.filename, (args) => execute(migrate, args));
