/**
 * Whether a client goes where a queue's URL says. Not when it has an endpoint of its own: the host in the URLs of LocalStack
 * differs from the one that reaches it.
 */
export function followsQueueUrl(env: NodeJS.ProcessEnv = process.env): boolean {
  return !(env.AWS_ENDPOINT_URL_SQS || env.AWS_ENDPOINT_URL);
}
