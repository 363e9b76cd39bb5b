import type { APIGatewayProxyEventV2, Context, SQSEvent } from 'aws-lambda';

export interface HttpRequest {
  readonly query?: Record<string, string>;
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** As on the wire, percent-encoded. */
  readonly path: string;
  readonly routeKey: string;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  /** Decoded, as API Gateway passes them on. */
  readonly pathParameters?: Record<string, string>;
  /** With names in lower case, as API Gateway passes them on. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An event of an HTTP API in payload format 2.0, with the fields that API Gateway documents for it. */
export function httpEvent(request: HttpRequest): APIGatewayProxyEventV2 {
  const { method, path, routeKey, body, isBase64Encoded = false, pathParameters, headers = {}, query } = request;
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    ...(query && { queryStringParameters: query }),
    headers: {
      'content-length': String(Buffer.byteLength(body ?? '')),
      host: 'abc123.execute-api.us-east-1.amazonaws.com',
      ...headers,
    },
    requestContext: {
      accountId: '123456789012',
      apiId: 'abc123',
      domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'abc123',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey,
      stage: '$default',
      time: '01/Nov/2026:12:00:00 +0000',
      timeEpoch: 1_793_534_400_000,
    },
    ...(pathParameters && { pathParameters }),
    ...(body !== undefined && { body }),
    isBase64Encoded,
  };
}

/** A batch as the event source passes it on: the message at index n has the id `message-n`. */
export function sqsEvent(bodies: readonly string[]): SQSEvent {
  return {
    Records: bodies.map((body, place) => ({
      messageId: `message-${place}`,
      receiptHandle: `receipt-${place}`,
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1793534400000',
        SenderId: 'AIDAIENQZJOLO23YVJ4VO',
        ApproximateFirstReceiveTimestamp: '1793534400100',
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:orders',
      awsRegion: 'us-east-1',
    })),
  };
}

/** The context of an invocation that began just now. */
export function lambdaContext(timeoutMs = 60_000): Context {
  const end = performance.now() + timeoutMs;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: 'orders-test',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:orders-test',
    memoryLimitInMB: '1024',
    awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
    logGroupName: '/aws/lambda/orders-test',
    logStreamName: '2026/11/01/[$LATEST]58419525dade4d17a495dceeeed44708',
    getRemainingTimeInMillis: () => end - performance.now(),
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}
