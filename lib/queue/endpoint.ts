/**
 * True if a client uses the host in a queue's URL. False if it has its own endpoint: the host in the URLs of LocalStack
 * differs from the reachable one.
 */
export function followsQueueUrl(env: NodeJS.ProcessEnv = process.env): boolean {
  return !(env.AWS_ENDPOINT_URL_SQS || env.AWS_ENDPOINT_URL);
}
