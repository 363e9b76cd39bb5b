import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import DeployPlugin from '../../infra/deploy/plugin.ts';
import type { Serverless } from '../../infra/deploy/serverless.ts';

let directory: string;
const { env } = process;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'order-backend-aws-'));
  const AWS_CONFIG_FILE = join(directory, 'config');
  await writeFile(AWS_CONFIG_FILE, '[default]\nregion = eu-west-1\n[profile home]\nregion = us-east-1\n');
  process.env = { ...env, AWS_CONFIG_FILE };
});

afterEach(async () => {
  process.env = env;
  await rm(directory, { recursive: true });
});

/** What the plugin says before a deployment to us-east-1, the default of serverless.yml; credentials come last. */
function answer(changes: NodeJS.ProcessEnv, options: { readonly region?: string } = {}): Promise<string> {
  Object.assign(process.env, changes);
  const credentials = async () => {
    throw Object.assign(new Error('could not load'), { name: 'CredentialsProviderError' });
  };
  const serverless = {
    configSchemaHandler: { defineFunctionProperties: () => undefined },
    processedInput: { commands: ['deploy'] },
    classes: { Error },
    getProvider: () => ({
      getRegion: () => options.region ?? 'us-east-1',
      getAwsSdkV3CredentialsProvider: () => credentials,
    }),
  } as unknown as Serverless;
  const { hooks } = new DeployPlugin(serverless, options, {
    log: { notice: () => undefined, warning: () => undefined },
  });
  return (hooks['before:package:cleanup'] as () => Promise<void>)().then(
    () => '',
    (error: Error) => error.message,
  );
}

describe('before a deployment', () => {
  test('a region of the AWS profile that differs from the target must be confirmed', async () => {
    expect(await answer({})).toMatch(/^The AWS profile default has the region eu-west-1, .* AWS_REGION=us-east-1\.$/);
  });

  test.each<[string, NodeJS.ProcessEnv, { readonly region?: string }]>([
    ['AWS_REGION', { AWS_REGION: 'us-east-1' }, {}],
    ['--region', {}, { region: 'us-east-1' }],
    ['a profile with the same region', { AWS_PROFILE: 'home' }, {}],
  ])('%s says which region is used; credentials that cannot be loaded are one line', async (_, changes, options) => {
    expect(await answer(changes, options)).toBe('The AWS credentials cannot be used: could not load');
  });
});
