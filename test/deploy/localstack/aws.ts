import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** How LocalStack distinguishes services: by the scope of a signature that it does not check. */
const authorization = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=test/20261101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

/** What these tests ask of a LocalStack, which is too little for the SDK's clients. */
export interface Aws {
  /** CREATE_COMPLETE and so on; undefined when there is no such stack. */
  stackStatus(name: string): Promise<string | undefined>;
  /** What a function behind the API answers to an event. */
  invoke(
    functionName: string,
    event: APIGatewayProxyEventV2,
  ): Promise<{ readonly statusCode: number; readonly body: string }>;
}

export function awsAt(endpoint: string): Aws {
  return {
    async stackStatus(name) {
      const answer = await fetch(endpoint, {
        method: 'POST',
        headers: authorization('cloudformation'),
        body: new URLSearchParams({ Action: 'DescribeStacks', Version: '2010-05-15', StackName: name }),
      });
      return /<StackStatus>(\w+)<\/StackStatus>/.exec(await answer.text())?.[1];
    },
    async invoke(functionName, event) {
      const answer = await fetch(`${endpoint}/2015-03-31/functions/${functionName}/invocations`, {
        method: 'POST',
        headers: authorization('lambda'),
        body: JSON.stringify(event),
      });
      const text = await answer.text();
      if (answer.status !== 200 || answer.headers.has('x-amz-function-error'))
        throw new Error(`${functionName} failed: ${answer.status} ${text}`);
      return JSON.parse(text);
    },
  };
}
