import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { databaseAt, withLogin } from '../support/database.ts';
import { lambdaContext } from '../support/lambda.ts';
import { type PostgresServer, startPostgresServer } from '../support/postgres-server.ts';
import { connectPsql, type Psql } from '../support/psql.ts';
import '../support/starts-processes.ts';

// Failures are expected here. The function makes its logger when it is loaded.
process.env.AWS_LAMBDA_LOG_LEVEL = 'FATAL';
const { handler } = await import('../../functions/deploy/migrate.ts');

const ROLE = 'orders_app';

// Of its own, because a role belongs to a server and not to a database.
let server: PostgresServer;
let url: string;
let psql: Psql;

/** Secrets Manager, as far as the function asks it: each response once, the last one for ever. */
const responses: { status: number; body: object }[] = [];
const secrets = createServer((_, response) => {
  const { status, body } = (responses.length > 1 ? responses.shift() : responses[0]) ?? { status: 500, body: {} };
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
});

const secretWith = (password: string) => ({
  status: 200,
  body: { SecretString: JSON.stringify({ username: ROLE, password }) },
});
const DENIED = { status: 400, body: { __type: 'AccessDeniedException', message: 'is not authorized' } };

beforeAll(async () => {
  server = await startPostgresServer({ disposable: true });
  const administrator = await connectPsql(server.url);
  await administrator.rows('CREATE DATABASE orders');
  await administrator.end();
  url = databaseAt(server.url, 'orders');
  psql = await connectPsql(url);
  await new Promise<void>((resolve) => secrets.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    DATABASE_DRIVER: 'pg',
    DATABASE_URL: url,
    DATABASE_APP_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:orders',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${(secrets.address() as AddressInfo).port}`,
  });
});

beforeEach(() => {
  responses.splice(0);
});

afterAll(async () => {
  secrets.closeAllConnections();
  secrets.close();
  await psql.end();
  await server.stop();
});

const migrate = (timeoutMs = 60_000) => handler({ RequestType: 'Update' } as never, lambdaContext(timeoutMs));

async function asRole<T>(password: string, use: (psql: Psql) => Promise<T>): Promise<T> {
  const session = await connectPsql(withLogin(url, ROLE, password));
  try {
    return await use(session);
  } finally {
    await session.end();
  }
}

beforeAll(async () => {
  responses.push(secretWith('first'));
  await migrate();
});

test('the migrations create the role of the functions with the password of its secret, once that may be read', async () => {
  await psql.rows(`DROP OWNED BY ${ROLE}; DROP ROLE ${ROLE}`);
  responses.push(DENIED, DENIED, secretWith('first'));
  await migrate();
  await asRole('first', async (app) => {
    await app.rows("INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('A', 1, '{}', 1)");
    expect(await app.value("SELECT actor FROM order_history WHERE order_id = 'A'")).toBe(ROLE);
  });
});

test.each([
  'CREATE TABLE mine (n integer)',
  'DROP TABLE orders',
  'ALTER TABLE orders DISABLE TRIGGER ALL',
  'TRUNCATE orders',
  'CREATE OR REPLACE FUNCTION public.orders_updated() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
  "INSERT INTO api_keys (owner, name, secret_sha256, scopes) VALUES ('me', 'mine', sha256('x'), '{orders:admin}')",
  'UPDATE api_keys SET revoked_at = NULL',
  'DELETE FROM schema_migrations',
  'DELETE FROM audit',
  "UPDATE audit SET actor = 'somebody else'",
  "COPY orders TO PROGRAM 'cat'",
])('the role of the functions is refused %s', async (sql) => {
  await asRole('first', async (app) => {
    await expect(app.rows(sql)).rejects.toThrow(/permission denied|must be owner/);
  });
});

test('the role of the functions may use each table of the service, and call each function that is not a trigger', async () => {
  // As a database may be set up: then a function is not open to everyone.
  await psql.rows('REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC');
  responses.push(secretWith('first'));
  await migrate();
  const closed = `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
      AND NOT has_table_privilege('${ROLE}', oid, CASE WHEN relname IN ('api_keys', 'schema_migrations') THEN 'SELECT' ELSE 'INSERT' END)
    UNION ALL
    SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prorettype <> 'trigger'::regtype
      AND NOT has_function_privilege('${ROLE}', oid, 'EXECUTE')`;
  expect(await psql.rows(closed)).toEqual([]);
  await asRole('first', (app) =>
    app.rows(`SELECT act_as('me');
      INSERT INTO orders (order_id, user_id, item_ids, total_amount) VALUES ('B', 1, '{}', 1);
      DELETE FROM orders WHERE order_id = 'B'`),
  );
});

test('tables of another program in the same schema, from before and from after, stay closed to the role of the functions', async () => {
  await psql.rows('CREATE TABLE theirs (n integer)');
  responses.push(secretWith('first'));
  await migrate();
  await psql.rows('CREATE TABLE later (n integer)');
  await asRole('first', async (app) => {
    for (const table of ['theirs', 'later'])
      await expect(app.rows(`SELECT FROM ${table}`)).rejects.toThrow('permission denied');
  });
  await psql.rows('DROP TABLE theirs, later');
});

test('a changed secret and lost grants are made good by the next migration', async () => {
  await psql.rows(`REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${ROLE}`);
  responses.push(secretWith('second'));
  try {
    await migrate();
    await expect(asRole('first', async () => undefined)).rejects.toThrow('password authentication failed');
    await asRole('second', (app) => app.value('SELECT count(*)::integer FROM orders'));
  } finally {
    responses.splice(0, responses.length, secretWith('first'));
    await migrate();
  }
});

test('a secret that is not JSON fails the migration without being quoted', async () => {
  responses.push({ status: 200, body: { SecretString: 'hunter2' } });
  await expect(migrate()).rejects.toThrow(/: the secret at DATABASE_APP_SECRET_ARN is not JSON\.$/);
});
