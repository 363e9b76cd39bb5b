import { type LocalStack, startLocalStack } from '../../infra/localstack/localstack.ts';

declare global {
  /** From set-up to teardown, which run in one process. */
  var localStackUnderTest: LocalStack | undefined;
}

/** Starts the LocalStack that the queue's suite talks to. */
export default async function setUp(): Promise<void> {
  globalThis.localStackUnderTest = await startLocalStack(0, console.log);
  process.env.TEST_SQS_ENDPOINT = globalThis.localStackUnderTest.endpoint;
}
