import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { readSchema } from '../../tools/docs/schema.ts';
import { createTestDatabase } from '../support/database.ts';

test('docs/schema.sql is the schema that the migrations make, as `npm run schema` writes it', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  try {
    await client.connect();
    const schema = await readSchema(client);
    expect(readFileSync(join(REPOSITORY, 'docs/schema.sql'), 'utf8')).toBe(schema);
  } finally {
    await client.end();
    await database.drop();
  }
});
