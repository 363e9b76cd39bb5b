import { join } from 'node:path';
import { installLambdaEmulator } from './lambda-emulator.ts';
import { installRuntimeClient } from './lambda-runtime-client.ts';
import { type LocalStack, startLocalStack } from './localstack.ts';

/**
 * Runs a LocalStack to which stacks can be deployed: CloudFormation, Lambda, IAM, S3, SQS, EventBridge and others. It
 * only simulates services that its free edition lacks, such as HTTP APIs and all of RDS, and does not roll back a
 * failed update.
 * @param functionEnvironment variables that every function gets, overriding its own
 * @param say prints a line for the waiting user
 * @throws {Error} with one line if something cannot be installed or does not start
 */
export async function startLocalStackForDeployments(
  functionEnvironment: Readonly<Record<string, string>>,
  say: (line: string) => void,
): Promise<LocalStack> {
  return startLocalStack(0, say, {
    tool: {
      title: 'LocalStack with CloudFormation and Lambda',
      name: 'localstack-runtime',
      requirements: ['localstack-core[runtime]'],
      constraints: join(import.meta.dirname, 'constraints.txt'),
      takes: 'a minute or two',
    },
    settings: {
      // What the free edition lacks: functions without Docker, and custom resources.
      LOCALSTACK_PLUGINS: join(import.meta.dirname, 'plugins'),
      LAMBDA_RUNTIME_EXECUTOR: 'emulator',
      EMULATOR: await installLambdaEmulator(say),
      EMULATED_RUNTIME: JSON.stringify([process.execPath, await installRuntimeClient(say)]),
      EMULATED_ENVIRONMENT: JSON.stringify(functionEnvironment),
      // Seconds between two polls of a queue; its default of 1 only makes tests slow.
      LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC: '0.05',
    },
  });
}
