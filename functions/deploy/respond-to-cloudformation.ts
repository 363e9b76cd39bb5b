import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse } from 'aws-lambda';

/** A response has 4,096 bytes at most (CloudFormation User Guide, "Custom resource response objects"). */
const MAX_REASON_LENGTH = 1_000;

/** Milliseconds. S3, which receives the response, takes far less. */
const TIMEOUT_MS = 5_000;

/** Always the same, because CloudFormation deletes a resource under its old id if the id changes. */
const PHYSICAL_RESOURCE_ID = 'migrations';

/**
 * Responds to a request to a custom resource.
 * @param failure why it failed; undefined if it succeeded
 * @throws if the response cannot be delivered; Lambda then retries the request
 */
export async function respondToCloudFormation(
  event: CloudFormationCustomResourceEvent,
  failure: string | undefined,
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const common = { StackId, RequestId, LogicalResourceId, PhysicalResourceId: PHYSICAL_RESOURCE_ID };
  const outcome: CloudFormationCustomResourceResponse =
    failure === undefined
      ? { ...common, Status: 'SUCCESS' }
      : { ...common, Status: 'FAILED', Reason: failure.slice(0, MAX_REASON_LENGTH) };
  const response = await fetch(event.ResponseURL, {
    method: 'PUT',
    // Bytes instead of text, because fetch adds a content type to text, and the address is signed for a request without
    // one.
    body: Buffer.from(JSON.stringify(outcome)),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`CloudFormation's bucket returned ${response.status}`);
}
