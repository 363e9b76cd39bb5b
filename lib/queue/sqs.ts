import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SendMessageBatchCommandOutput,
  type SendMessageBatchRequestEntry,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Logger } from '../observability/logger.ts';
import { logged, orderKey } from '../order-key.ts';
import { followsQueueUrl } from './endpoint.ts';
import { toAttributes } from './message-attributes.ts';
import type { OrderMessage, OrderQueue, SendOutcome } from './order-queue.ts';
import { groupOf, type Pack, packed, single, traceOf } from './packs.ts';

/** SendMessageBatch takes at most ten entries (Amazon SQS API reference). */
const BATCH_LIMIT = 10;

interface SqsOptions {
  readonly queueUrl: string;
  /** The timeout of one SendMessageBatch in milliseconds, including its retry. */
  readonly sendTimeoutMs: number;
  readonly logger: Logger;
  /** Whether orders share messages: every worker must read such messages. */
  readonly packs: boolean;
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
    return this.#sendAll(this.#options.packs ? packed(messages) : single(messages));
  }

  async #sendAll(packs: readonly Pack[]): Promise<SendOutcome> {
    const batches: Pack[][] = [];
    for (let at = 0; at < packs.length; at += BATCH_LIMIT) batches.push(packs.slice(at, at + BATCH_LIMIT));
    return merge(await Promise.all(batches.map((batch) => this.#sendBatch(batch))));
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

  async #sendBatch(batch: readonly Pack[]): Promise<SendOutcome> {
    const { queueUrl, sendTimeoutMs, logger } = this.#options;
    const sending = new AbortController();
    // Not AbortSignal.timeout: it aborts even after the send, which costs an exception for each.
    const timer = setTimeout(() => sending.abort(), sendTimeoutMs);
    try {
      const reply = await this.#client.send(
        new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: batch.map(toEntry) }),
        { abortSignal: sending.signal },
      );
      const outcome = readOutcome(batch, reply);
      if (outcome.failed.length > 0) {
        const failed = outcome.failed.map((message) => ({ ...logged(message), reason: message.reason }));
        logger.warn('The queue refused messages; the sweep will send them again', { failed });
      }
      if (outcome.rejected.length === 0) return outcome;
      // The queue may take only shorter messages, and the sweep would send the same one again and again.
      return merge([outcome, await this.#sendAll(single(outcome.rejected))]);
    } catch (error) {
      const reason = sending.signal.aborted ? `no response within ${sendTimeoutMs} ms` : reasonOf(error);
      const failed = batch.flatMap((pack) => failuresOf(pack, reason));
      logger.warn('The queue did not take messages; the sweep will send them', {
        orders: failed.length,
        reason,
        error,
      });
      return { accepted: [], failed };
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * The Id of an entry is its index in the batch: order ids may repeat, and can contain characters that SQS rejects
 * there. Several orders have their traces in the body.
 */
function toEntry({ messages, body }: Pack, index: number): SendMessageBatchRequestEntry {
  const [first, ...others] = messages;
  return {
    Id: String(index),
    MessageBody: body,
    MessageGroupId: groupOf(first?.owner),
    DelaySeconds: first?.delaySeconds ?? 0,
    ...(first && others.length === 0 && { MessageAttributes: toAttributes({ ...first, traceparent: traceOf(first) }) }),
  };
}

interface BatchOutcome extends SendOutcome {
  /** Orders of messages about several that the queue does not take. */
  readonly rejected: readonly OrderMessage[];
}

/** Only entries that the result lists as successful were accepted; all others count as failed. */
function readOutcome(batch: readonly Pack[], reply: SendMessageBatchCommandOutput): BatchOutcome {
  const successful = new Set(reply.Successful?.map((entry) => entry.Id));
  const failures = new Map(reply.Failed?.map((entry) => [entry.Id, entry]));
  const accepted = batch.filter((_, index) => successful.has(String(index)));
  const isRejected = ({ messages }: Pack, index: number) =>
    messages.length > 1 && failures.get(String(index))?.SenderFault === true;
  return {
    accepted: accepted.flatMap(({ messages }) => messages.map(orderKey)),
    failed: batch.flatMap((pack, index) =>
      accepted.includes(pack) || isRejected(pack, index)
        ? []
        : failuresOf(pack, failures.get(String(index))?.Code ?? 'missing in the response'),
    ),
    rejected: batch.filter(isRejected).flatMap(({ messages }) => messages),
  };
}

function failuresOf({ messages }: Pack, reason: string): SendOutcome['failed'] {
  return messages.map(({ orderId, owner = '' }) => ({ orderId, owner, reason }));
}

function merge(outcomes: readonly SendOutcome[]): SendOutcome {
  return { accepted: outcomes.flatMap(({ accepted }) => accepted), failed: outcomes.flatMap(({ failed }) => failed) };
}

/**
 * The shortest informative name of an error: ECONNREFUSED instead of Error, QueueDoesNotExist instead of its message.
 */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name === 'Error' ? error.message : error.name;
}
