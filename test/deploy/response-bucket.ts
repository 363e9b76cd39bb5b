import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse } from 'aws-lambda';

/** The number of the newest migration of a deployment and of the one before, as text, because CloudFormation passes nothing else. */
export interface Newest {
  readonly before?: string;
  readonly after?: string;
}

/** Where custom resources leave their answers, as CloudFormation's bucket does. */
export interface ResponseBucket {
  /** A request to the custom resource, with the address for its response. */
  request(type: CloudFormationCustomResourceEvent['RequestType'], newest?: Newest): CloudFormationCustomResourceEvent;
  /** The responses so far, oldest first. */
  readonly answers: readonly CloudFormationCustomResourceResponse[];
  /** Its response from now on; by default that of S3. */
  status: number | undefined;
  close(): Promise<void>;
}

export async function startResponseBucket(): Promise<ResponseBucket> {
  const answers: CloudFormationCustomResourceResponse[] = [];
  const server = createServer(async (request, response) => {
    // The signature of such an address covers the content type; S3 returns 403 for another one.
    const signed = request.method === 'PUT' && request.headers['content-type'] === undefined;
    answers.push((await json(request)) as CloudFormationCustomResourceResponse);
    response.writeHead(bucket.status ?? (signed ? 200 : 403)).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer?X-Amz-Signature=1`;
  const bucket: ResponseBucket = {
    request: (type, newest) => requestOf(type, address, newest),
    answers,
    status: undefined,
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
  return bucket;
}

function requestOf(
  type: CloudFormationCustomResourceEvent['RequestType'],
  address: string,
  { before, after }: Newest = {},
): CloudFormationCustomResourceEvent {
  const ServiceToken = 'arn:aws:lambda:us-east-1:123456789012:function:orders-test-migrate';
  const common = {
    ServiceToken,
    ResponseURL: address,
    StackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/orders-test/1',
    RequestId: '5d478078-13e9-baf0-464a-7ef285ecc786',
    LogicalResourceId: 'Migrations',
    ResourceType: 'Custom::DatabaseMigrations',
    ResourceProperties: { ServiceToken, Digest: 'new', ...(after && { Newest: after }) },
  };
  if (type === 'Create') return { ...common, RequestType: type };
  const PhysicalResourceId = 'migrations';
  if (type === 'Delete') return { ...common, RequestType: type, PhysicalResourceId };
  const OldResourceProperties = { ServiceToken, Digest: 'old', ...(before && { Newest: before }) };
  return { ...common, RequestType: type, PhysicalResourceId, OldResourceProperties };
}
