import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { loadConfig, loadDatabaseConfig } from '../../lib/config.ts';
import { connectDatabase } from '../../lib/database/connect.ts';
import { CLUSTER, type DataApiLab, openDataApiLab } from '../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { recordingLogger } from '../support/recording-logger.ts';

const ARNS = { DATABASE_RESOURCE_ARN: CLUSTER.resourceArn, DATABASE_SECRET_ARN: CLUSTER.secretArn };
const URL = 'postgres://user@localhost/orders_db';

describe('the settings of the database', () => {
  test('the database settings are those of pg, unless another driver is selected', () => {
    expect(loadDatabaseConfig({ DATABASE_URL: URL })).toEqual({
      DATABASE_DRIVER: 'pg',
      DATABASE_URL: URL,
      DATABASE_AUTH: 'password',
      DATABASE_POOL_SIZE: 2,
      DATABASE_TIMEOUT_MS: 2_000,
    });
  });

  test('the database settings of the Data API need no URL', () => {
    const env = { DATABASE_DRIVER: 'data-api', ...ARNS, DATABASE_NAME: 'orders_db' };
    expect(loadDatabaseConfig(env)).toEqual({ ...env, DATABASE_TIMEOUT_MS: 2_000 });
    expect(loadConfig({ ...env, DATABASE_URL: '', QUEUE_URL: 'http://localhost/q' })).toMatchObject(env);
  });

  test.each([
    [{}, 'DATABASE_URL must be set, to a URL like postgres://user:password@host:5432/orders_db'],
    [{ DATABASE_DRIVER: 'mysql' }, 'DATABASE_DRIVER must be pg or data-api'],
    [
      { DATABASE_DRIVER: 'data-api', DATABASE_URL: URL },
      "DATABASE_RESOURCE_ARN must be set, to the ARN of the Aurora cluster: arn:aws:rds:…; DATABASE_SECRET_ARN must be set, to the ARN of the secret with the database user's name and password: arn:aws:secretsmanager:…; DATABASE_NAME must be set, to the name of the database, such as orders_db",
    ],
    [
      { DATABASE_DRIVER: 'data-api', ...ARNS, DATABASE_RESOURCE_ARN: 'orders', DATABASE_NAME: 'orders_db' },
      'DATABASE_RESOURCE_ARN must be set, to the ARN of the Aurora cluster: arn:aws:rds:…',
    ],
    [{ DATABASE_URL: URL, DATABASE_DRIVE: 'pg' }, 'DATABASE_DRIVE is not a setting of this service (misspelled?)'],
  ])('the database settings report what is wrong with %j', (env, message) => {
    expect(() => loadDatabaseConfig(env)).toThrow(`Bad configuration: ${message}`);
  });

  test('all invalid database settings are reported together with the others', () => {
    expect(() => loadConfig({ DATABASE_DRIVER: 'data-api', ...ARNS })).toThrow(
      /^Bad configuration: DATABASE_NAME must be set, .*; QUEUE_URL must be set/,
    );
  });
});

describe('connecting', () => {
  let own: TestDatabase;
  let lab: DataApiLab;
  beforeAll(async () => {
    own = await createTestDatabase();
    lab = await openDataApiLab(own.url);
  });
  afterAll(async () => {
    await lab.close();
    await own.drop();
  });

  test('connecting uses the selected driver', async () => {
    const settings = [
      { DATABASE_URL: own.url },
      { DATABASE_DRIVER: 'data-api', ...ARNS, DATABASE_NAME: lab.databaseName },
    ];
    const applicationNames: unknown[] = [];
    for (const env of settings) {
      const database = connectDatabase(loadDatabaseConfig(env), recordingLogger());
      applicationNames.push(...(await database.query(`SELECT current_setting('application_name') AS name`)));
      await database.transaction((transaction) => transaction.query('SELECT 1 AS n'));
      await database.close();
    }
    expect(applicationNames).toEqual([{ name: 'orders' }, { name: '' }]);
  });

  test('connecting passes driver-specific options on', async () => {
    const database = connectDatabase(
      loadDatabaseConfig({ DATABASE_URL: own.url, DATABASE_POOL_SIZE: '1' }),
      recordingLogger(),
    );
    await database.query('SELECT 1 AS n', [], { prepared: true });
    const prepared = await database.query('SELECT statement FROM pg_prepared_statements');
    await database.close();
    expect(prepared).toEqual([{ statement: 'SELECT 1 AS n' }]);
  });

  test('a database that never connected can be closed', async () => {
    await connectDatabase(loadDatabaseConfig({ DATABASE_URL: own.url }), recordingLogger()).close();
  });
});

test.each([
  ['pg', 'node_modules/pg/', 'node_modules/@aws-sdk/client-rds-data/'],
  ['data-api', 'node_modules/@aws-sdk/client-rds-data/', 'node_modules/pg/'],
])('a bundle for %s contains no other driver', async (driver, own, other) => {
  const { metafile } = await build({
    entryPoints: ['lib/database/connect.ts'],
    bundle: true,
    platform: 'node',
    write: false,
    metafile: true,
    logLevel: 'silent',
    define: { 'process.env.BUNDLED_DRIVER': JSON.stringify(driver) },
    external: ['pg-native'],
  });

  const inputs = Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path),
  );
  expect(inputs.some((path) => path.startsWith(own))).toBe(true);
  expect(inputs.filter((path) => path.startsWith(other))).toEqual([]);
});
