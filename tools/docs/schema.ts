import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { command } from '../../infra/command.ts';
import { databaseEnvironment } from '../../infra/local/stack/enter-stack.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { execute, main } from '../../infra/run-command.ts';

const SCHEMA = 'docs/schema.sql';

const HEADER = `-- The tables of a migrated database with their constraints, indexes, functions and triggers. For people to read: the
-- database is made by infra/migrations, and \`npm run schema\` writes this file. Privileges are left out.
`;

/** Each query returns a column \`text\`, one statement per row. Tables come first, because the rest refers to them. */
const QUERIES = [
  `SELECT format(E'CREATE TABLE %I (\\n%s\\n);', c.relname, string_agg(part.line, E',\\n' ORDER BY part.kind, part.at)) AS text
   FROM pg_class c
   CROSS JOIN LATERAL (
     SELECT 1 AS kind, lpad(a.attnum::text, 4, '0') AS at, format('  %I %s', a.attname, format_type(a.atttypid, a.atttypmod)) ||
       CASE WHEN a.attgenerated = 's' THEN format(' GENERATED ALWAYS AS (%s) STORED', pg_get_expr(d.adbin, d.adrelid))
            WHEN a.attidentity <> '' THEN
              format(' GENERATED %s AS IDENTITY', CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END)
            WHEN d.adbin IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) ELSE '' END ||
       CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END AS line
     FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     UNION ALL
     SELECT 2, conname, format('  CONSTRAINT %I %s', conname, pg_get_constraintdef(oid))
     FROM pg_constraint WHERE conrelid = c.oid AND contype IN ('p', 'u', 'c', 'f', 'x')
   ) part
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
   GROUP BY c.oid, c.relname ORDER BY c.relname`,
  `SELECT pg_get_indexdef(i.indexrelid) || ';' AS text
   FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
   WHERE c.relnamespace = 'public'::regnamespace
     AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
   ORDER BY c.relname`,
  `SELECT rtrim(pg_get_functiondef(oid), E'\\n') || ';' AS text
   FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname, pg_get_function_identity_arguments(oid)`,
  `SELECT pg_get_triggerdef(t.oid) || ';' AS text
   FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
   WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal ORDER BY c.relname, t.tgname`,
];

/** The schema of a database as SQL text, in the same order every time. */
export async function readSchema(client: pg.Client): Promise<string> {
  const statements: string[] = [];
  for (const query of QUERIES) {
    const { rows } = await client.query<{ text: string }>(query);
    statements.push(...rows.map(({ text }) => text));
  }
  return `${[HEADER.trimEnd(), ...statements].join('\n\n')}\n`;
}

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
