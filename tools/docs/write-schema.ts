import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { command } from '../../infra/command.ts';
import { databaseEnvironment } from '../../infra/local/stack/enter-stack.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { execute, main } from '../../infra/run-command.ts';
import { readSchema } from './schema.ts';

const SCHEMA = 'docs/schema.sql';

export const schema = command({
  name: 'schema',
  usage: [''],
  does: `Writes ${SCHEMA}: the schema of the database in DATABASE_URL, or of the local one. Migrate it first.`,
  options: {},
  async run() {
    const client = new pg.Client({ connectionString: databaseEnvironment(process.env).DATABASE_URL });
    await client.connect();
    try {
      writeFileSync(join(REPOSITORY, SCHEMA), await readSchema(client));
      console.log(`${SCHEMA} is written.`);
    } finally {
      await client.end();
    }
  },
});

await main(import.meta.filename, (args) => execute(schema, args));
