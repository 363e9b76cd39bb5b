import { beforeEach, describe, expect, test } from '@jest/globals';
import { Account } from '../../infra/deploy/account.ts';
import { preflight, previousParameters, protect } from '../../infra/deploy/preflight.ts';
import type { AwsProvider, Resource, Service } from '../../infra/deploy/serverless.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { type AwsAccount, emptyAccount, startAws } from './aws-account.ts';

let aws: AwsAccount;
let account: Account;
let warnings: string[];
let requests: readonly Readonly<Record<string, string>>[];

beforeEach(async () => {
  warnings = [];
  aws = emptyAccount();
  const { endpoint, ...server } = await forThisTest(startAws(aws));
  requests = server.requests;
  const config = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  const provider = {
    naming: { getStackName: () => 'orders-prod' },
    getCustomDeploymentRole: () => undefined,
    getAwsSdkV3Config: async () => config,
  };
  account = await Account.of(provider as unknown as AwsProvider);
});

/** Made by a deployment that has succeeded. */
const DEPLOYED = { ZoneA: 'use1-az1', ZoneB: 'use1-az6', DatabaseProtected: 'true' };

function service({
  isProtected = true,
  availabilityZones = '',
  ownDatabase = true,
  lambdaConcurrency = 1_000,
} = {}): Service {
  const DatabaseCluster: Resource = { Type: 'AWS::RDS::DBCluster', Properties: { EngineVersion: '17.7' } };
  const compiledCloudFormationTemplate = {
    Resources: ownDatabase ? { DatabaseCluster } : {},
    Parameters: { ZoneA: {}, ZoneB: {}, DatabaseProtected: {} },
  };
  return {
    service: 'orders',
    provider: { compiledCloudFormationTemplate },
    functions: {},
    custom: { protected: isProtected, availabilityZones, limits: { lambdaConcurrency } },
    resources: {},
  };
}

const ask = (of: Service) => preflight(account, of, (line) => warnings.push(line));

const refusal = (of: Service) => ask(of).then(String, (error: Error) => error.message);

describe('the first deployment of a protected stage', () => {
  test('the first deployment of a protected stage leaves its database unprotected, so that a rollback can delete it', async () => {
    expect(await ask(service())).toContainEqual({
      ParameterKey: 'DatabaseProtected',
      ParameterValue: 'false',
    });
  });

  test('a deployment after a failed first one counts as the first again, although the stack exists', async () => {
    aws.stackParameters = {};
    expect(await ask(service())).toContainEqual({
      ParameterKey: 'DatabaseProtected',
      ParameterValue: 'false',
    });
  });

  test('the first deployment selects two zones that offer the database, by id, and not the one without RDS Proxy', async () => {
    expect(await ask(service())).toEqual(
      expect.arrayContaining([
        { ParameterKey: 'ZoneA', ParameterValue: 'use1-az1' },
        { ParameterKey: 'ZoneB', ParameterValue: 'use1-az6' },
      ]),
    );
  });

  test('the first deployment uses the given zones', async () => {
    expect(await ask(service({ availabilityZones: 'use1-az6,use1-az2' }))).toEqual(
      expect.arrayContaining([
        { ParameterKey: 'ZoneA', ParameterValue: 'use1-az6' },
        { ParameterKey: 'ZoneB', ParameterValue: 'use1-az2' },
      ]),
    );
  });

  test.each(['use1-az1', 'us-east-1a,us-east-1b', 'use1-az1,use1-az9'])(
    'the first deployment rejects zones that are not two ids of the account: %s',
    async (availabilityZones) => {
      expect(await refusal(service({ availabilityZones }))).toBe(
        `availabilityZones is ${availabilityZones}, and must be two zone ids with a comma between. This account has use1-az3, use1-az2, use1-az6, use1-az1 here, and Aurora is in use1-az6, use1-az1.`,
      );
    },
  );

  test('the first deployment is refused if only one zone offers everything', async () => {
    aws.databaseZones = ['us-east-1a', 'us-east-1d'];
    expect(await refusal(service())).toMatch(/^The database needs two zones .* and Aurora is in use1-az1\.$/);
  });

  test('the first deployment is refused with a Postgres version that RDS no longer offers, and lists the available ones', async () => {
    aws.versions = ['17.8', '17.9'];
    expect(await refusal(service())).toBe(
      'RDS does not offer Aurora PostgreSQL 17.7 on serverless instances here (databaseEngineVersion). It has 17.8, 17.9.',
    );
  });

  test('the first deployment is refused while the database of a failed one exists, and says how to remove it', async () => {
    aws.clusters = { 'orders-prod-0abc': '17.7' };
    expect(await refusal(service())).toMatch(
      /^The database cluster orders-prod-0abc was made for the stack orders-prod, which does not have it.*aws rds delete-db-cluster --db-cluster-identifier orders-prod-0abc/,
    );
  });
});

describe('after a deployment', () => {
  test('after its first deployment, a protected stage is protected by an update that changes nothing else', async () => {
    aws.stackParameters = { ...DEPLOYED, DatabaseProtected: 'false' };

    expect(await protect(account, service())).toBe(true);
    expect(aws.stackParameters).toEqual(DEPLOYED);
    expect(requests.find(({ Action }) => Action === 'UpdateStack')).toMatchObject({
      UsePreviousTemplate: 'true',
      'Parameters.member.2.ParameterKey': 'ZoneA',
      'Parameters.member.2.UsePreviousValue': 'true',
    });
  });

  test.each<[string, Record<string, string> | undefined, boolean]>([
    ['is protected already', DEPLOYED, true],
    ['need not be', { ...DEPLOYED, DatabaseProtected: 'false' }, false],
    ['has no database of its own', {}, true],
  ])('after a deployment, a stage that %s is not changed', async (_, parameters, isProtected) => {
    aws.stackParameters = parameters;
    expect(await protect(account, service({ isProtected }))).toBe(false);
    expect(requests.map(({ Action }) => Action)).not.toContain('UpdateStack');
  });
});

describe('a later deployment', () => {
  beforeEach(() => {
    aws.stackParameters = { ...DEPLOYED };
    aws.clusters = { 'orders-prod-0abc': '17.7' };
  });

  test('a later deployment keeps its zones and its protection', async () => {
    expect(await ask(service())).toEqual([
      { ParameterKey: 'DatabaseProtected', ParameterValue: 'true' },
      { ParameterKey: 'ZoneA', UsePreviousValue: true },
      { ParameterKey: 'ZoneB', UsePreviousValue: true },
    ]);
  });

  test('a later deployment can lift the protection', async () => {
    expect(await ask(service({ isProtected: false }))).toContainEqual({
      ParameterKey: 'DatabaseProtected',
      ParameterValue: 'false',
    });
  });

  test('a later deployment is refused if RDS has upgraded the database beyond its version', async () => {
    aws.clusters = { 'orders-prod-0abc': '17.10' };
    expect(await refusal(service())).toBe(
      'The cluster orders-prod-0abc has version 17.10, and RDS cannot downgrade it to databaseEngineVersion 17.7. Deploy with --param=databaseEngineVersion=17.10.',
    );
  });

  test('a deployment of an earlier version keeps everything', async () => {
    expect(await previousParameters(account)).toEqual(
      ['ZoneA', 'ZoneB', 'DatabaseProtected'].map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
    );
  });
});

describe('any deployment', () => {
  test('a deployment is refused if the account allows fewer concurrent executions than configured', async () => {
    aws.lambdaConcurrency = 10;
    expect(await refusal(service({ ownDatabase: false }))).toBe(
      'lambdaConcurrency is 1000, and this account allows 10 invocations at a time. Request more (Service Quotas, "Concurrent executions"), or deploy with --param=lambdaConcurrency=10, which then bounds the other settings.',
    );
  });

  test('a deployment without its own database has no parameters and makes no requests about one', async () => {
    expect(await ask(service({ ownDatabase: false }))).toEqual([]);
    expect(requests).toEqual([]);
  });

  test('a deployment says in one line what AWS refused to tell', async () => {
    aws.denied = 'DescribeDBClusters';
    expect(await refusal(service())).toBe(
      'AWS did not say which database clusters there are: AccessDenied: User: test may not call DescribeDBClusters',
    );
  });
});

describe('an Aurora version that is behind', () => {
  test.each([
    ['the first deployment', undefined],
    ['a later one', DEPLOYED],
  ])('is named with the newest minor by %s, which goes on', async (_, stackParameters) => {
    aws.stackParameters = stackParameters;
    // As RDS lists them, which is not by number.
    aws.versions = ['17.10', '17.4', '17.7', '17.9'];

    await ask(service());
    expect(warnings).toEqual([
      "RDS offers Aurora PostgreSQL 17.10, and databaseEngineVersion is 17.7. Minor versions fix security bugs: set databaseEngineVersion: '17.10' in serverless.yml.",
    ]);
  });

  test('is not warned of when there is no newer one', async () => {
    await ask(service());
    expect(warnings).toEqual([]);
  });
});

describe('the template of the stack', () => {
  test('the deployed template is what CloudFormation has, and undefined without a stack', async () => {
    expect(await account.deployedTemplate()).toBeUndefined();
    aws.template = { Resources: { Migrations: { Type: 'Custom::DatabaseMigrations' } } };
    expect(await account.deployedTemplate()).toEqual(aws.template);
  });
});
