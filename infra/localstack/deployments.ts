import { join } from 'node:path';
import { installLambdaEmulator } from './lambda-emulator.ts';
import { installRuntimeClient } from './lambda-runtime-client.ts';
import { type Edition, type LocalStack, startLocalStack } from './localstack.ts';

/**
 * Runs a LocalStack to which stacks can be deployed: CloudFormation, Lambda, IAM, S3, SQS, EventBridge and others. It only
 * pretends to make what its free edition does not have, such as HTTP APIs and all of RDS, and does not undo an update that
 * failed.
 *
 * @param functionEnvironment that every function gets, over its own.
 * @param say takes a line for whoever waits.
 * @throws {Error} with one line when something cannot be installed or does not start.
 */
export async function startLocalStackForDeployments(
  functionEnvironment: Readonly<Record<string, string>>,
  say: (line: string) => void,
): Promise<LocalStack> {
  const edition: Edition = {
    tool: {
      title: 'LocalStack with CloudFormation and Lambda',
      name: 'localstack-runtime',
      requirements: ['localstack-core[runtime]'],
      constraints: join(import.meta.dirname, 'runtime-constraints.txt'),
      takes: 'a minute or two',
    },
    settings: {
      // What the free edition lacks: functions without Docker, and custom resources.
      LOCALSTACK_PLUGINS: join(import.meta.dirname, 'plugins'),
      LAMBDA_RUNTIME_EXECUTOR: 'emulator',
      EMULATOR: await installLambdaEmulator(say),
      EMULATED_RUNTIME: JSON.stringify([process.execPath, await installRuntimeClient(say)]),
      EMULATED_ENVIRONMENT: JSON.stringify(functionEnvironment),
      // Seconds between two looks at a queue; its default of 1 only makes tests slow.
      LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC: '0.05',
    },
  };
  return startLocalStack(0, say, edition);
}
