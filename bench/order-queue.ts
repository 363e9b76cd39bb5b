import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { encodeMessage, encodePack } from '../lib/queue/message.ts';
import type { Lab } from './lab.ts';

/** SendMessageBatch takes at most ten entries (Amazon SQS API reference). */
const BATCH = 10;
/** Concurrent requests; more do not make the queue server faster. */
const SENDERS = 8;

/** The bodies of messages about so many orders each, as the service sends them. */
export function bodiesOf(orderIds: readonly string[], perMessage: number): string[] {
  if (perMessage === 1) return orderIds.map(encodeMessage);
  const bodies: string[] = [];
  for (let at = 0; at < orderIds.length; at += perMessage)
    bodies.push(encodePack(orderIds.slice(at, at + perMessage).map((key) => ({ key }))));
  return bodies;
}

/** The order queue of a lab, to be filled and emptied. */
export class LabQueue {
  readonly #client: SQSClient;
  readonly #url: string;

  /** Starts the lab's queue server and creates the queue. */
  static async start(lab: Lab): Promise<LabQueue> {
    await lab.startQueue();
    const queue = new LabQueue(lab);
    const name = lab.addresses.queueUrl.split('/').at(-1);
    await queue.#client.send(new CreateQueueCommand({ QueueName: name }));
    return queue;
  }

  private constructor({ addresses }: Lab) {
    this.#url = addresses.queueUrl;
    this.#client = new SQSClient({
      endpoint: addresses.sqs,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      useQueueUrlAsEndpoint: false,
    });
  }

  /** Sends messages about so many orders each. */
  async fill(orderIds: readonly string[], perMessage: number): Promise<void> {
    const bodies = bodiesOf(orderIds, perMessage);
    let next = 0;
    const sendInTurn = async () => {
      while (next < bodies.length) {
        const batch = bodies.slice(next, next + BATCH);
        next += BATCH;
        const Entries = batch.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
        const { Failed = [] } = await this.#client.send(new SendMessageBatchCommand({ QueueUrl: this.#url, Entries }));
        if (Failed.length > 0) throw new Error(`the queue rejected messages: ${Failed[0]?.Code}`);
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, sendInTurn));
  }

  /** The number of messages, including those in flight. */
  async depth(): Promise<number> {
    const { Attributes } = await this.#client.send(
      new GetQueueAttributesCommand({
        QueueUrl: this.#url,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return Object.values(Attributes ?? {}).reduce((sum, text) => sum + Number(text), 0);
  }

  async purge(): Promise<void> {
    await this.#client.send(new PurgeQueueCommand({ QueueUrl: this.#url }));
  }

  close(): void {
    this.#client.destroy();
  }
}
