import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { packageStage } from '../../tools/checks/package-stage.ts';
import { type Json, roleOf } from './broken-template.ts';

const CLUSTER = 'arn:aws:rds:eu-west-1:123456789012:cluster:shop';
const APP_SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-a1b2c3';
const OWNER_SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:owner-d4e5f6';
const USERS = 'arn:aws:rds-db:eu-west-1:123456789012:dbuser:cluster-XYZ';

const DATA_API = ['database=existing-data-api', `databaseResourceArn=${CLUSTER}`, 'databaseMaxConnections=5000'];
const PG = [
  'database=existing-pg',
  'subnetIds=subnet-1,subnet-2',
  'securityGroupIds=sg-1',
  'databaseMaxConnections=5000',
];

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'existing-database-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function packaged(...parameters: string[]): Promise<Json> {
  const to = await mkdtemp(join(directory, 'stage-'));
  return (await packageStage({ stage: 'staging', region: 'eu-west-1', parameters }, to)).template;
}

const variables = ({ Resources }: Json, functionId: string): Json =>
  Resources[functionId].Properties.Environment.Variables;
const statements = (template: Json, functionId: string): string =>
  JSON.stringify(template.Resources[roleOf(template, functionId)].Properties.Policies);
const identity = ({ Resources }: Json): unknown => Resources.Migrations.Properties.Database;

describe('an existing cluster with the Data API', () => {
  test('only the migrations use the secret of the owner, and another database or secret is another identity', async () => {
    const shared = await packaged(...DATA_API, 'databaseName=shop', `databaseSecretArn=${APP_SECRET}`);
    expect(variables(shared, 'MigrateLambdaFunction').DATABASE_SECRET_ARN).toBe(APP_SECRET);

    const split = await packaged(
      ...DATA_API,
      'databaseName=shop2',
      `databaseSecretArn=${APP_SECRET}`,
      `databaseOwnerSecretArn=${OWNER_SECRET}`,
    );
    expect(variables(split, 'MigrateLambdaFunction').DATABASE_SECRET_ARN).toBe(OWNER_SECRET);
    expect(statements(split, 'MigrateLambdaFunction')).toContain(OWNER_SECRET);
    expect(variables(split, 'CreateOrderLambdaFunction').DATABASE_SECRET_ARN).toBe(APP_SECRET);
    expect(statements(split, 'CreateOrderLambdaFunction')).not.toContain(OWNER_SECRET);

    expect(identity(shared)).toBe(`${CLUSTER}/shop ${APP_SECRET}`);
    expect(identity(split)).toBe(`${CLUSTER}/shop2 ${APP_SECRET}`);
  });
});

describe('an existing database with the PostgreSQL protocol', () => {
  test('only the migrations log in as the owner', async () => {
    const template = await packaged(
      ...PG,
      'databaseUrl=postgres://orders_app@db.example:5432/shop',
      `databaseUserArn=${USERS}/orders_app`,
      'databaseOwnerUrl=postgres://shop_owner@db.example:5432/shop',
      `databaseOwnerArn=${USERS}/shop_owner`,
    );
    expect(variables(template, 'MigrateLambdaFunction').DATABASE_URL).toContain('shop_owner@');
    expect(statements(template, 'MigrateLambdaFunction')).toContain(`${USERS}/shop_owner`);
    expect(variables(template, 'SweepOrdersLambdaFunction').DATABASE_URL).toContain('orders_app@');
    expect(statements(template, 'SweepOrdersLambdaFunction')).not.toContain('shop_owner');
    expect(identity(template)).toBe('postgres://orders_app@db.example:5432/shop');
  });
});
