import { setTimeout as sleep } from 'node:timers/promises';
import { type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { QueueEvent } from './deployment.ts';
import type { Queue } from './queues.ts';
import { toSqsRecord } from './sqs-record.ts';

/** ReceiveMessage returns at most ten messages (Amazon SQS API reference). */
const RECEIVE_LIMIT = 10;

/**
 * Seconds that a receive waits if there are no messages. Not the 20 that SQS allows, because a stop has to wait for it:
 * a poll that is cut off may have received messages already, which are then hidden until their visibility timeout. (In
 * LocalStack and plain fauxqs it even receives later messages.) One request per second costs next to nothing.
 */
const IDLE_WAIT_SECONDS = 1;

/**
 * Milliseconds between receives when less than a second of the window is left, because SQS waits in whole seconds only.
 * Also the most by which a window may be exceeded.
 */
const WINDOW_POLL_MS = 100;

/**
 * Concurrent receives while there is a backlog. Measured: 4 drain a quarter faster than 1, and 8 are not faster than 4.
 */
const PARALLEL_RECEIVES = 4;

/** The most bytes of an event in JSON: 6 MB is the payload limit of a synchronous invocation. */
const PAYLOAD_LIMIT = 6 * 1024 * 1024;

/** A received message, and the record that the function gets for it. */
export interface QueuedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly record: string;
}

type Limits = Pick<QueueEvent, 'batchSize' | 'windowMs'>;

/**
 * Gathers batches as an event source mapping does: until the batch is full, its window is over, or the payload reaches
 * its limit. The window opens with the first message, so a lone message waits no longer than that.
 */
export class BatchGatherer {
  readonly #client: SQSClient;
  readonly #limits: Limits;
  readonly #now: () => number;
  /** Received, but beyond the payload limit of the previous batch. */
  #carried: QueuedMessage[] = [];
  /** True if the last receives were full, so that concurrent receives will find more. */
  #backlog = false;
  #stopped = false;

  /** @param now milliseconds, from any point in time */
  constructor(client: SQSClient, limits: Limits, now: () => number = () => performance.now()) {
    this.#client = client;
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * The next batch; empty if there were no messages for a while. A failed receive cuts a batch short.
   * @throws the error of the SDK if a receive fails and there is no batch to cut short
   */
  async gather(queue: Queue): Promise<QueuedMessage[]> {
    const batch = new Batch(this.#limits.batchSize);
    this.#carried = batch.add(this.#carried);
    let windowEnds = this.#now() + this.#limits.windowMs;
    while (!batch.isFull && this.#carried.length === 0) {
      const received = await this.#receive(queue, batch, windowEnds).catch((error: unknown) => {
        if (batch.isEmpty) throw error;
        return 'broken' as const;
      });
      if (received === 'broken') break;
      if (batch.isEmpty) windowEnds = this.#now() + this.#limits.windowMs;
      this.#carried = batch.add(received);
      if (batch.isEmpty || this.#stopped || this.#now() >= windowEnds) break;
    }
    return batch.messages;
  }

  /** Returns the current batch as soon as its receive is over. */
  stop(): void {
    this.#stopped = true;
  }

  /** Messages that were received and are not in a batch yet. */
  takeCarried(): QueuedMessage[] {
    return this.#carried.splice(0);
  }

  async #receive(queue: Queue, batch: Batch, windowEnds: number): Promise<QueuedMessage[]> {
    if (this.#backlog) return this.#receiveMany(queue, batch.room);
    const left = windowEnds - this.#now();
    if (batch.isEmpty || left > IDLE_WAIT_SECONDS * 1000 - WINDOW_POLL_MS)
      return this.#receiveOnce(queue, batch.room, IDLE_WAIT_SECONDS);
    await sleep(Math.min(WINDOW_POLL_MS, left));
    return this.#receiveOnce(queue, batch.room, 0);
  }

  async #receiveMany(queue: Queue, room: number): Promise<QueuedMessage[]> {
    const calls = Math.min(PARALLEL_RECEIVES, Math.ceil(room / RECEIVE_LIMIT));
    const shares = Array.from({ length: calls }, (_, call) => Math.min(RECEIVE_LIMIT, room - call * RECEIVE_LIMIT));
    const replies = await Promise.allSettled(shares.map((share) => this.#receiveOnce(queue, share, 0)));
    const received = replies.flatMap((reply) => (reply.status === 'fulfilled' ? reply.value : []));
    this.#backlog = received.length === Math.min(room, calls * RECEIVE_LIMIT);
    const broken = replies.find((reply) => reply.status === 'rejected');
    if (broken && received.length === 0) throw broken.reason;
    return received;
  }

  async #receiveOnce(queue: Queue, room: number, waitSeconds: number): Promise<QueuedMessage[]> {
    const wanted = Math.min(RECEIVE_LIMIT, room);
    const { Messages: messages = [] } = await this.#client.send(
      new ReceiveMessageCommand({
        QueueUrl: queue.url,
        MaxNumberOfMessages: wanted,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    this.#backlog = messages.length === wanted;
    return messages.map((message) => toQueuedMessage(message, queue));
  }
}

class Batch {
  readonly messages: QueuedMessage[] = [];
  readonly #size: number;
  #bytes = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get room(): number {
    return this.#size - this.messages.length;
  }

  get isEmpty(): boolean {
    return this.messages.length === 0;
  }

  get isFull(): boolean {
    return this.room === 0;
  }

  /** Takes what fits, and returns the rest. */
  add(messages: readonly QueuedMessage[]): QueuedMessage[] {
    for (const [index, message] of messages.entries()) {
      const bytes = Buffer.byteLength(message.record) + 1;
      if (this.isFull || this.#bytes + bytes > PAYLOAD_LIMIT) return messages.slice(index);
      this.messages.push(message);
      this.#bytes += bytes;
    }
    return [];
  }
}

function toQueuedMessage(message: Message, queue: Queue): QueuedMessage {
  const record = toSqsRecord(message, queue.arn);
  return { messageId: record.messageId, receiptHandle: record.receiptHandle, record: JSON.stringify(record) };
}
