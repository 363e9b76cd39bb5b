import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SendMessageBatchCommandOutput,
  type SendMessageBatchRequestEntry,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { currentInvocation } from '../observability/invocation.ts';
import type { Logger } from '../observability/logger.ts';
import { logged, type OrderKey, type OrderName, orderKey } from '../order-key.ts';
import { followsQueueUrl } from './endpoint.ts';
import { encodeMessage } from './message.ts';
import { toAttributes } from './message-attributes.ts';
import type { OrderMessage, OrderQueue, SendOutcome } from './order-queue.ts';

/** SendMessageBatch takes at most ten entries (Amazon SQS API reference). */
const BATCH_LIMIT = 10;

export interface SqsOptions {
  readonly queueUrl: string;
  /** The timeout of one SendMessageBatch in milliseconds, including its retry. */
  readonly sendTimeoutMs: number;
  readonly logger: Logger;
}

/**
 * The order queue on SQS. Endpoint, region and credentials are the SDK's own settings (AWS_ENDPOINT_URL_SQS,
 * AWS_REGION, …), so the same adapter works with AWS, LocalStack and the embedded queue.
 */
export class SqsOrderQueue implements OrderQueue {
  readonly #client: SQSClient;
  readonly #options: SqsOptions;

  constructor(options: SqsOptions) {
    this.#options = options;
    this.#client = new SQSClient({
      // One retry, for a connection that was closed while idle. The sweep handles longer failures.
      maxAttempts: 2,
      useQueueUrlAsEndpoint: followsQueueUrl(),
      // TLS already protects the body; also comparing MD5 sums takes a tenth of the CPU time of a send.
      md5: false,
    });
  }

  async send(messages: readonly OrderMessage[]): Promise<SendOutcome> {
    const batches: OrderMessage[][] = [];
    for (let at = 0; at < messages.length; at += BATCH_LIMIT) batches.push(messages.slice(at, at + BATCH_LIMIT));
    const outcomes = await Promise.all(batches.map((batch) => this.#sendBatch(batch)));
    return {
      accepted: outcomes.flatMap((outcome) => outcome.accepted),
      failed: outcomes.flatMap((outcome) => outcome.failed),
    };
  }

  /** @throws if the queue does not respond within the timeout of a send, or rejects the request */
  async ping(): Promise<void> {
    const { queueUrl, sendTimeoutMs } = this.#options;
    await this.#client.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }), {
      abortSignal: AbortSignal.timeout(sendTimeoutMs),
    });
  }

  /** Closes idle connections; the queue cannot be used afterwards. */
  close(): void {
    this.#client.destroy();
  }

  async #sendBatch(batch: readonly OrderMessage[]): Promise<SendOutcome> {
    const { queueUrl, sendTimeoutMs, logger } = this.#options;
    const deadline = AbortSignal.timeout(sendTimeoutMs);
    try {
      const answer = await this.#client.send(
        new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: batch.map(toEntry) }),
        { abortSignal: deadline },
      );
      const outcome = readOutcome(batch, answer);
      if (outcome.failed.length > 0) {
        const failed = outcome.failed.map((message) => ({ ...logged(message), reason: message.reason }));
        logger.warn('The queue refused messages; the sweep will send them again', { failed });
      }
      return outcome;
    } catch (error) {
      const reason = deadline.aborted ? `no response within ${sendTimeoutMs} ms` : reasonOf(error);
      logger.warn('The queue did not take messages; the sweep will send them', { orders: batch.length, reason, error });
      return { accepted: [], failed: batch.map(({ orderId, owner = '' }) => ({ orderId, owner, reason })) };
    }
  }
}

/**
 * The Id of an entry is its index in the batch: order ids may repeat, and can contain characters that SQS rejects
 * there.
 */
function toEntry(message: OrderMessage, place: number): SendMessageBatchRequestEntry {
  const { delaySeconds = 0, traceparent = currentInvocation()?.traceparent, hops } = message;
  return {
    Id: String(place),
    MessageBody: encodeMessage(orderKey(message)),
    DelaySeconds: delaySeconds,
    MessageAttributes: toAttributes({ traceparent, hops }),
  };
}

/** Only entries that the result lists as successful were accepted; all others count as failed. */
function readOutcome(batch: readonly OrderMessage[], answer: SendMessageBatchCommandOutput): SendOutcome {
  const successful = new Set(answer.Successful?.map((entry) => entry.Id));
  const reasons = new Map(answer.Failed?.map((entry) => [entry.Id, entry.Code]));
  const accepted: OrderKey[] = [];
  const failed: (OrderName & { reason: string })[] = [];
  batch.forEach((message, place) => {
    const id = String(place);
    if (successful.has(id)) accepted.push(orderKey(message));
    else
      failed.push({
        orderId: message.orderId,
        owner: message.owner ?? '',
        reason: reasons.get(id) ?? 'missing in the response',
      });
  });
  return { accepted, failed };
}

/**
 * The shortest informative name of an error: ECONNREFUSED instead of Error, QueueDoesNotExist instead of its message.
 */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name === 'Error' ? error.message : error.name;
}
