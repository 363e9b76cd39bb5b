import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Environment, normalise, withoutFamilies } from '../../infra/caller-environment.ts';
import { embeddedAddresses, externalAddresses } from '../../infra/local/stack/addresses.ts';
import {
  embeddedEnvironment,
  externalEnvironment,
  unusedByEmbedded,
  unusedByExternal,
} from '../../infra/local/stack/environment.ts';
import { readStackSettings } from '../../infra/local/stack/settings.ts';
import { UserError } from '../../infra/user-error.ts';

describe('to every command', () => {
  test.each<[string, Environment, Environment]>([
    ['an empty variable of AWS is not set', { AWS_REGION: '', AWS_PROFILE: '' }, {}],
    ['an empty variable of Postgres is not set', { PGPASSWORD: '' }, {}],
    [
      'AWS_DEFAULT_REGION is the region',
      { AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-central-1' },
      { AWS_DEFAULT_REGION: 'eu-central-1', AWS_REGION: 'eu-central-1' },
    ],
    [
      'AWS_REGION outranks AWS_DEFAULT_REGION',
      { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-central-1' },
      { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-central-1' },
    ],
    ['an empty HOME is not set', { HOME: '' }, {}],
    ['pg is the JavaScript one', { NODE_PG_FORCE_NATIVE: '1' }, {}],
    ['other empty variables stay', { ORDERS_URL: '' }, { ORDERS_URL: '' }],
  ])('commands see: %s', (_, given, meant) => expect(normalise(given)).toEqual(meant));

  test.each(['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY'])('loopback bypasses %s', (name) => {
    const env = normalise({ [name]: 'http://proxy.example:3128', NO_PROXY: 'intra.example, 10.0.0.1' });
    expect(env.no_proxy).toBe('intra.example,10.0.0.1,localhost,127.0.0.1,[::1]');
    expect(env.NO_PROXY).toBe(env.no_proxy);
  });

  test('commands get a writable directory for temporary files', () => {
    expect(normalise({ TMPDIR: '/nowhere' })).toMatchObject({ TMPDIR: '/tmp' });
    expect(normalise({ TMPDIR: tmpdir() })).toMatchObject({ TMPDIR: tmpdir() });
  });

  test('a home directory that is not writable leaves Serverless a private directory', () => {
    const { SLS_SCHEMA_CACHE_BASE_DIR = '' } = withoutFamilies({ HOME: '/nowhere', SLS_DEBUG: '*' });
    expect(statSync(SLS_SCHEMA_CACHE_BASE_DIR)).toMatchObject({ uid: process.getuid?.() });
    expect(statSync(SLS_SCHEMA_CACHE_BASE_DIR).mode & 0o777).toBe(0o700);
  });

  test('an unused proxy setting is not changed', () => {
    const env = { HTTP_PROXY: 'http://proxy.example:3128', no_proxy: '*' };
    expect(normalise(env)).toEqual(env);
  });
});

/** What leads elsewhere or changes what libraries do, one of each family and more of the worse ones. */
const HOSTILE: Environment = {
  AWS_PROFILE: 'nosuch',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  AWS_ENDPOINT_URL_RDS_DATA: 'http://127.0.0.1:9',
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
  AWS_USE_DUALSTACK_ENDPOINT: 'true',
  AWS_USE_FIPS_ENDPOINT: 'true',
  AWS_SESSION_TOKEN: 'real',
  PGHOST: 'db.example',
  PGOPTIONS: '-c search_path=app',
  PGSSLMODE: 'require',
  PGSERVICE: 'orders',
  SLS_DEPRECATION_NOTIFICATION_MODE: 'error',
  POWERTOOLS_LOGGER_LOG_EVENT: 'true',
  LC_ALL: 'xx_YY',
  LANG: 'de_DE',
  NODE_OPTIONS: '--throw-deprecation',
};

describe('the embedded stack', () => {
  test('the embedded stack removes these families of variables, and keeps everything else', () => {
    expect(withoutFamilies({ ...HOSTILE, PATH: '/bin', PROCESSOR: './mine.ts', PGO: 'x' })).toEqual({
      PATH: '/bin',
      PROCESSOR: './mine.ts',
      TZ: 'UTC',
    });
  });

  test.each(['--inspect', '--require=./trace.cjs', '--max-old-space-size=99 --import ./trace.js'])(
    'the embedded stack keeps a debugger or a tracer: NODE_OPTIONS=%s',
    (NODE_OPTIONS) => expect(withoutFamilies({ NODE_OPTIONS })).toMatchObject({ NODE_OPTIONS }),
  );

  test('the embedded stack sets the variables that it needs, whatever the shell has', () => {
    const LOCAL_DIR = mkdtempSync(join(tmpdir(), 'order-environment-'));
    const addresses = embeddedAddresses(readStackSettings({ LOCAL_DIR }));
    rmSync(LOCAL_DIR, { recursive: true });
    const env = embeddedEnvironment(addresses, {
      ...HOSTILE,
      DATABASE_URL: 'postgres://elsewhere/',
      DATABASE_AUTH: 'iam',
    });
    expect(env).toEqual(embeddedEnvironment(addresses, {}));
    expect(env).toMatchObject({
      DATABASE_URL: addresses.functionsPostgres,
      AWS_ENDPOINT_URL_SQS: addresses.sqs,
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
    });
  });

  test('the embedded stack lists the configured services that it does not use', () => {
    const lines = unusedByEmbedded({ DATABASE_URL: 'postgres://elsewhere/', QUEUE_URL: '', AWS_PROFILE: 'work' });
    expect(lines).toEqual([
      { part: 'postgres', line: 'DATABASE_URL is set, and not used: `npm start` runs its own Postgres' },
    ]);
  });
});

describe('a stack on services of the environment', () => {
  const settings = readStackSettings({});
  const environmentOf = (env: NodeJS.ProcessEnv) => externalEnvironment(externalAddresses(settings, env), env);
  const linesOf = (env: NodeJS.ProcessEnv) =>
    unusedByExternal(externalAddresses(settings, env), env).map(({ line }) => line);

  test('an external stack finds the queue with AWS_ENDPOINT_URL alone', () => {
    const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:4577' };
    expect(externalAddresses(settings, env)).toMatchObject({
      sqs: 'http://127.0.0.1:4577',
      queueUrl: 'http://127.0.0.1:4577/000000000000/orders-local',
    });
    expect(linesOf(env)).toEqual([]);
  });

  test.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SQS'])(
    'an external stack rejects an invalid address in %s',
    (name) => {
      expect(() => externalAddresses(settings, { [name]: 'localhost:4566' })).toThrow(
        `${name} must be a URL such as http://127.0.0.1:4566, not "localhost:4566".`,
      );
    },
  );

  test.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SQS', 'QUEUE_URL', 'DEAD_LETTER_QUEUE_URL'])(
    'an external stack rejects a password in %s, and does not print it',
    (name) => {
      expect(() => externalAddresses(settings, { [name]: 'http://ann:secret@127.0.0.1:4566' })).toThrow(
        new UserError(`${name} must not contain a user name or a password.`),
      );
    },
  );

  test.each<[string, NodeJS.ProcessEnv, Environment]>([
    ['nothing', {}, { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }],
    [
      'empty variables',
      { AWS_REGION: '', AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
      { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    ],
    [
      'credentials and a region',
      { AWS_DEFAULT_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: '123456789012', AWS_SECRET_ACCESS_KEY: 'x' },
      { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: '123456789012', AWS_SECRET_ACCESS_KEY: 'x' },
    ],
  ])('an external stack has the settings of the SDK, from %s', (_, env, expected) => {
    expect(environmentOf(env)).toMatchObject(expected);
    expect(linesOf(env)).toEqual([]);
  });

  test('an external stack on this machine ignores AWS profiles, and says so', () => {
    const env = {
      AWS_PROFILE: 'work',
      AWS_USE_FIPS_ENDPOINT: 'true',
      PGSERVICE: 'orders',
      PGSSLMODE: 'prefer',
      PGSSLROOTCERT: 'x',
    };
    expect(environmentOf(env)).not.toHaveProperty('AWS_PROFILE');
    expect(environmentOf(env)).toMatchObject({ AWS_CONFIG_FILE: devNull, AWS_USE_FIPS_ENDPOINT: 'false' });
    expect(linesOf(env)).toEqual([
      'PGSERVICE is set, and not used: DATABASE_URL names the database',
      'AWS_PROFILE, AWS_USE_FIPS_ENDPOINT are set, and not used: the queue service is on this machine (http://127.0.0.1:4566)',
    ]);
  });

  test('an external stack elsewhere uses the profile, and an endpoint without variants', () => {
    const env = {
      AWS_ENDPOINT_URL_SQS: 'https://sqs.eu-central-1.amazonaws.com',
      AWS_PROFILE: 'work',
      AWS_USE_FIPS_ENDPOINT: 'true',
    };
    expect(environmentOf(env)).toMatchObject({ AWS_PROFILE: 'work', AWS_USE_FIPS_ENDPOINT: 'false' });
    expect(environmentOf(env)).not.toHaveProperty('AWS_ACCESS_KEY_ID');
    expect(linesOf(env)).toEqual([
      'AWS_USE_FIPS_ENDPOINT is set, and not used: the endpoint is given (https://sqs.eu-central-1.amazonaws.com)',
    ]);
  });
});
