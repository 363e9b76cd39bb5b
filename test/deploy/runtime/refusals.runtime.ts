import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { REPOSITORY } from '../../../infra/local/stack/settings.ts';
import { SERVERLESS } from '../../../infra/serverless-command.ts';

const run = promisify(execFile);

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'refused-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Runs a command that has to fail, without credentials and without a way to AWS; answers what it says. */
async function refusal(command: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const args = [SERVERLESS, ...command.split(' ')];
  const options = {
    cwd: REPOSITORY,
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      // A machine of AWS's would have some.
      AWS_EC2_METADATA_DISABLED: 'true',
      ...env,
    },
  };
  const outcome = await run(process.execPath, args, options).catch((error: { code: number; stdout: string }) => error);
  expect(outcome).toMatchObject({ code: 1 });
  return outcome.stdout.split('Error:\n').at(-1)?.trim() ?? '';
}

describe('the commands say in a few lines why they refuse', () => {
  test("deploying npm start's stage is refused in a few lines", async () => {
    expect(await refusal('package')).toBe(
      'Name the stage to deploy: --stage dev, --stage prod or one of your own. "local" is reserved for npm start.',
    );
  });

  test.each(['Prod', 'prod--2', 'a'.repeat(41)])(
    'a stage whose name AWS would change is refused in a few lines: %s',
    async (stage) => {
      expect(await refusal(`package --stage ${stage}`)).toBe(
        `The stage "${stage}" becomes part of names in AWS: use at most 38 lower-case letters and digits, with single hyphens between them.`,
      );
    },
  );

  test('a setting that the functions would reject is refused in a few lines', async () => {
    expect(await refusal('package --stage dev', { MAX_ATTEMPTS: '0' })).toBe(
      'Bad configuration: MAX_ATTEMPTS must be a whole number from 1 to 100',
    );
  });

  test('a stage that fails the sizing checks is refused, with the numbers', async () => {
    const parameters = ['databaseMaxCapacity=2', 'processTimeout=90', 'lambdaConcurrency=100'];
    const said = await refusal(
      `package --stage prod ${parameters.map((parameter) => `--param=${parameter}`).join(' ')}`,
    );

    expect(said.split('\n')).toEqual([
      'OrderQueue: its visibility timeout is 361 s, and must be at least 6 × 90 s + 1 s = 541 s.',
      expect.stringContaining('are 812 invocations at a time, and lambdaConcurrency, what the account allows, is 100.'),
      expect.stringContaining('are 812, and the database has 189 (max_connections) - 10 for RDS and people = 179.'),
    ]);
  });

  test('code that is too large is refused, with what it consists of', async () => {
    expect(await refusal('package --stage dev --param=bundleKilobytes=300')).toMatch(
      /^The code of \w+ is \d{3} kB, and bundleKilobytes allows 300 kB\. It is @smithy\/core \d+ kB, [^\n]+ …$/,
    );
  });

  test('the webhook in a network without Internet access is refused in a few lines', async () => {
    const env = { DATABASE_DRIVER: 'pg', PROCESSOR: 'webhook', WEBHOOK_URL: 'https://shop.example/orders' };
    const secret = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:webhook-AbCdEf';

    expect(await refusal(`package --stage dev --param=webhookSecretArn=${secret}`, env)).toContain(
      "the stage's own network has no access to the Internet",
    );
  });

  test('removing a protected stage is refused before any request to AWS', async () => {
    expect(await refusal('remove --stage prod')).toMatch(/^The stage prod is protected\. To remove it/);
  });

  test.each(['deploy', 'remove'])(
    'a command to %s without credentials says where they are searched',
    async (command) => {
      expect(await refusal(`${command} --stage dev`)).toMatch(
        /^There are no AWS credentials\. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, [^\n]+$/,
      );
    },
  );
});
