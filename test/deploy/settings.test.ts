import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { FunctionDefinition, Service } from '../../infra/deploy/serverless.ts';
import { addWebhookSecret, checkSettings, passedOn } from '../../infra/deploy/settings.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { SETTINGS } from '../../lib/config.ts';

const SECRET = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:webhook-AbCdEf';
const WEBHOOK = { PROCESSOR: 'webhook', WEBHOOK_URL: 'https://shop.example/orders' };

interface Stage {
  /** In addition to what every function needs. */
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly sweepOrders?: Readonly<Record<string, unknown>>;
  readonly authorize?: Readonly<Record<string, unknown>>;
  readonly webhookSecretArn?: string;
}

/** What of a service is about settings: some of its functions, with what CloudFormation will fill in. */
function service({ environment, sweepOrders = {}, authorize = {}, webhookSecretArn = '' }: Stage): Service {
  const definition = (own: Readonly<Record<string, unknown>>): FunctionDefinition => ({
    name: 'orders-test',
    handler: 'functions/some.handler',
    environment: own,
    permissions: ['useDatabase'],
  });
  const provider = {
    environment: {
      DATABASE_DRIVER: 'data-api',
      DATABASE_RESOURCE_ARN: { 'Fn::GetAtt': ['DatabaseCluster', 'DBClusterArn'] },
      DATABASE_SECRET_ARN: { 'Fn::GetAtt': ['DatabaseCluster', 'MasterUserSecret.SecretArn'] },
      DATABASE_NAME: 'orders_db',
      QUEUE_URL: { Ref: 'OrderQueue' },
      DEAD_LETTER_QUEUE_URL: { Ref: 'DeadLetterQueue' },
      AUTH: 'api-key',
      ...environment,
    },
    compiledCloudFormationTemplate: {},
  };
  const functions = {
    authorize: definition(authorize),
    processOrders: definition({}),
    sweepOrders: definition(sweepOrders),
  };
  return { service: 'orders', provider, functions, custom: { webhookSecretArn }, resources: {} };
}

/** Why the stage is refused; undefined when it is not. */
function refusal(stage: Stage): string | undefined {
  const refused = service(stage);
  addWebhookSecret(refused);
  try {
    checkSettings(refused);
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ name: 'UserError' });
    return (error as Error).message;
  }
}

test('every setting of the functions is passed on, set by serverless.yml, or only for this machine', async () => {
  const everything = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, 'set']));
  const definition = await readFile(join(REPOSITORY, 'serverless.yml'), 'utf8');
  const included = await Promise.all(
    globSync('infra/aws/**/*.yml', { cwd: REPOSITORY }).map((file) => readFile(join(REPOSITORY, file), 'utf8')),
  );
  const isGiven = (name: string) => [definition, ...included].some((text) => new RegExp(`^ +${name}:`, 'm').test(text));
  const passed = passedOn(everything);

  expect(Object.keys(everything).filter((name) => !(name in passed) && !isGiven(name))).toEqual([
    // A deployed function reads the key from Secrets Manager (addWebhookSecret).
    'WEBHOOK_SECRET',
    'WEBHOOK_SECRET_ARN',
    // The same with addCallbackSecret.
    'CALLBACK_SECRET',
    'CALLBACK_SECRET_ARN',
  ]);
});

describe('the settings of a stage', () => {
  test.each<[string, Stage]>([
    ['by default', {}],
    ['with metrics', { sweepOrders: { METRICS_NAMESPACE: 'orders-prod' } }],
    ['with a webhook', { environment: WEBHOOK, webhookSecretArn: SECRET }],
  ])('the settings of a stage are taken %s', (_, stage) => expect(refusal(stage)).toBeUndefined());

  test.each<[string, Stage, string]>([
    [
      'of all functions',
      { environment: { MAX_ATTEMPTS: '0', RETRY_BASE_MS: 'soon' } },
      'MAX_ATTEMPTS must be a whole number from 1 to 100; RETRY_BASE_MS must be a whole number from 1 to 600000',
    ],
    [
      'of one function',
      { sweepOrders: { METRICS_NAMESPACE: 'orders prod' } },
      'METRICS_NAMESPACE must be a namespace of CloudWatch, such as orders-prod',
    ],
    [
      'of the authorizer',
      { environment: { AUTH: 'jwt' }, authorize: { JWT_ISSUER: 'https://issuer.example', JWT_AUDIENCE: 'orders' } },
      "JWT_JWKS_URL must be set, to the address of the issuer's keys: the jwks_uri of its OpenID configuration",
    ],
    [
      'that says where the signing key of the webhook is',
      { environment: WEBHOOK, webhookSecretArn: 'whsec_c2lnbmluZyBrZXkgb2YgdGhpcnR5LXR3byBieXRlcw==' },
      'WEBHOOK_SECRET_ARN must be set, to the ARN of the secret whose text is the signing key: arn:aws:secretsmanager:…',
    ],
  ])('the settings of a stage are rejected for one %s that it would reject', (_, stage, why) => {
    expect(refusal(stage)).toBe(`Bad configuration: ${why}`);
  });

  test('the settings of a stage are rejected for a webhook without its key', () => {
    expect(refusal({ environment: WEBHOOK })).toMatch(
      /^PROCESSOR is webhook, which needs WEBHOOK_URL, and webhookSecretArn/,
    );
  });

  test('the signing key is only for the function that processes orders, as the ARN of a secret and the permission to read it', () => {
    const stage = service({ environment: WEBHOOK, webhookSecretArn: SECRET });
    addWebhookSecret(stage);

    const { processOrders, ...others } = stage.functions;
    expect(processOrders).toMatchObject({
      environment: { WEBHOOK_SECRET_ARN: SECRET },
      permissions: ['useDatabase', 'readWebhookSecret'],
    });
    expect(JSON.stringify([others, stage.provider])).not.toContain(SECRET);
  });
});
