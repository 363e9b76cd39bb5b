import { loadAuthConfig, loadConfig } from '../../lib/config.ts';
import { ConfigError } from '../../lib/errors.ts';
import { API_BASE } from '../../lib/routes.ts';
import { UserError } from '../user-error.ts';
import type { FunctionDefinition, Service } from './serverless.ts';

/**
 * Settings (docs/settings.md) that the functions get from the environment of `npm run deploy`. The stage defines the
 * others.
 */
const PASSED_ON = [
  'CALLBACK_URL',
  'DATABASE_POOL_SIZE',
  'DATABASE_TIMEOUT_MS',
  'MAX_ATTEMPTS',
  'MAX_CRASHES',
  'MAX_PENDING_AGE_SECONDS',
  'MAX_PENDING_PER_OWNER',
  'MAX_REDRIVES',
  'MAX_WAIT_SECONDS',
  'PROCESSING_DELAY_MS',
  'PROCESSOR',
  'PROCESSOR_CONCURRENCY',
  'QUEUE_MESSAGES',
  'QUEUE_SEND_TIMEOUT_MS',
  'RETENTION_DAYS',
  'RETENTION_FAILED_DAYS',
  'RETRY_BASE_MS',
  'RETRY_MAX_MS',
  'WEBHOOK_SIGNAL_TIMEOUT_SECONDS',
  'WEBHOOK_TIMEOUT_MS',
  'WEBHOOK_URL',
];

/** The function that processes orders, the only one that may read a processor's secret. */
const PROCESSES = 'processOrders';

/** The settings of this list that are set in an environment. */
export function passedOn(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(PASSED_ON.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

/** Allows the function that processes orders to read the signing key of the webhook, if the stage has one. */
export function addWebhookSecret({ functions, custom }: Service): void {
  const { webhookSecretArn } = custom;
  if (webhookSecretArn) give(functions[PROCESSES], 'readWebhookSecret', { WEBHOOK_SECRET_ARN: webhookSecretArn });
}

/** The URL of the stage's API, unless CALLBACK_URL is set, for a custom domain. */
const API_URL = { 'Fn::Sub': `https://\${HttpApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}${API_BASE}` };

/** Gives the functions that make and receive callback URLs their key, if the stage has one. */
export function addCallbackSecret({ functions, custom, provider }: Service): void {
  if (!custom.callbackSecretArn) return;
  const CALLBACK_URL = provider.environment?.CALLBACK_URL ?? API_URL;
  const environment = { CALLBACK_SECRET_ARN: custom.callbackSecretArn, CALLBACK_URL };
  for (const name of [PROCESSES, 'receiveCallback']) give(functions[name], 'readCallbackSecret', environment);
}

function give(definition: FunctionDefinition | undefined, permission: string, environment: object): void {
  if (!definition) return;
  definition.environment = { ...definition.environment, ...environment };
  definition.permissions = [...(definition.permissions ?? []), permission];
}

/**
 * Validates the environment of each function in the same way as the function will, so that none is deployed with a
 * setting that it rejects.
 * @throws UserError with every invalid setting of the first function that has any
 */
export function checkSettings({ functions, provider, custom, resources }: Service): void {
  const shared = provider.environment ?? {};
  try {
    for (const { environment } of Object.values(functions)) loadConfig(known({ ...shared, ...environment }));
    loadAuthConfig(known({ ...shared, ...functions.authorize?.environment }));
  } catch (error) {
    throw error instanceof ConfigError ? new UserError(error.message) : error;
  }
  if (custom.callbackSecretArn && resources.Resources?.Network && provider.vpc)
    throw new UserError(
      "callbackSecretArn is set, and the stage's own network reaches no secret but that of the database: use the driver " +
        'data-api, or existing-pg in a network of yours that reaches Secrets Manager.',
    );
  if (shared.PROCESSOR !== 'webhook') return;
  if (!shared.WEBHOOK_URL || !custom.webhookSecretArn)
    throw new UserError(
      'PROCESSOR is webhook, which needs WEBHOOK_URL, and webhookSecretArn: the ARN of a secret whose text is the signing key.',
    );
  if (resources.Resources?.Network && provider.vpc)
    throw new UserError(
      "PROCESSOR is webhook, and the stage's own network has no access to the Internet: use the driver data-api, or " +
        'existing-pg in a network of yours that has access.',
    );
}

/** Values that only CloudFormation knows are replaced by placeholders of the right form. */
const STANDS_FOR: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgres://user@host/name',
  DATABASE_RESOURCE_ARN: 'arn:aws:rds:',
  DATABASE_SECRET_ARN: 'arn:aws:secretsmanager:',
  QUEUE_URL: 'https://queue',
  DEAD_LETTER_QUEUE_URL: 'https://queue',
  CALLBACK_URL: 'https://api',
};

function known(environment: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      typeof value === 'object' ? (STANDS_FOR[name] ?? '') : String(value),
    ]),
  );
}
