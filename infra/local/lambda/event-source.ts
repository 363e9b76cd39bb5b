import { setTimeout as sleep } from 'node:timers/promises';
import { QueueDoesNotExist, type SQSClient } from '@aws-sdk/client-sqs';
import { messageOf } from '../../../lib/errors.ts';
import { BatchGatherer, type QueuedMessage } from './batch-gatherer.ts';
import { deleteMessages, giveBack, type Refusal } from './batch-requests.ts';
import { readBatchResponse } from './batch-response.ts';
import type { QueueEvent } from './deployment.ts';
import type { Queue } from './queues.ts';
import type { WorkerLog } from './worker-log.ts';

/**
 * Milliseconds between attempts while the queue does not respond: from `first`, doubling, to `longest`. The embedded
 * queue server restarts in under a second, and orders should not wait much longer than that.
 */
const RETRY_MS = { first: 100, longest: 2_000 };

export interface EventSourceOptions extends Omit<QueueEvent, 'queue'> {
  readonly client: SQSClient;
  /** Finds the queue, and creates it if it has vanished. */
  readonly findQueue: () => Promise<Queue>;
  /** Runs the function on an event in JSON, and returns its response in JSON. */
  readonly invoke: (payload: string) => Promise<string>;
  /** Its name in log lines. */
  readonly name: string;
  readonly log: WorkerLog;
}

/**
 * What an SQS event source mapping of Lambda does: gathers batches, invokes the function with them, and deletes what
 * succeeded. Failed messages are redelivered after the queue's visibility timeout, and the queue's redrive policy moves
 * them to the dead-letter queue after too many receives. One loop gathers for all invocations, and only while fewer
 * than `maximumConcurrency` are in flight: so batches are full, and no message has to wait for a free environment while
 * its visibility timeout runs.
 */
export class EventSource {
  readonly #options: EventSourceOptions;
  readonly #gatherer: BatchGatherer;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #queue: Queue;
  #loop: Promise<void> = Promise.resolve();
  /** Wakes the loop when an invocation is over or a stop begins. */
  #wake: () => void = () => {};

  constructor(queue: Queue, options: EventSourceOptions) {
    this.#queue = queue;
    this.#options = options;
    this.#gatherer = new BatchGatherer(options.client, options);
  }

  start(): void {
    this.#loop = this.#receiveUntilStopped();
  }

  /**
   * Stops receiving, returns messages that no function has got, and resolves when the invocations in progress are over.
   * The owner of their processes decides how long those may take.
   */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#gatherer.stop();
    this.#wake();
    await this.#loop;
    await Promise.all(this.#inFlight);
  }

  async #receiveUntilStopped(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      if (this.#inFlight.size >= this.#options.maximumConcurrency) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const batch = await this.#gatherWhateverHappens();
      if (signal.aborted) await this.#giveBack(batch);
      else if (batch.length > 0) this.#dispatch(batch);
    }
    await this.#giveBack(this.#gatherer.takeCarried());
  }

  /** A batch, after any number of failures. The first failure and the recovery are logged. */
  async #gatherWhateverHappens(): Promise<QueuedMessage[]> {
    const { name, log } = this.#options;
    const { signal } = this.#stopping;
    for (let pause = RETRY_MS.first, failures = 0; ; pause = Math.min(2 * pause, RETRY_MS.longest), failures++) {
      try {
        const batch = await this.#gatherer.gather(this.#queue);
        if (failures > 0) log.info(`${name}: the queue responds again.`);
        return batch;
      } catch (error) {
        if (failures === 0)
          log.error(`${name}: the queue does not respond (${messageOf(error)}); trying until it does.`);
        if (error instanceof QueueDoesNotExist) await this.#findQueueAgain();
        await sleep(pause, undefined, { signal }).catch(() => {});
        if (signal.aborted) return [];
      }
    }
  }

  async #findQueueAgain(): Promise<void> {
    try {
      this.#queue = await this.#options.findQueue();
    } catch {
      // The next receive fails again, and so leads back here.
    }
  }

  #dispatch(batch: readonly QueuedMessage[]): void {
    const work = this.#process(batch).finally(() => {
      this.#inFlight.delete(work);
      this.#wake();
    });
    this.#inFlight.add(work);
  }

  async #process(batch: readonly QueuedMessage[]): Promise<void> {
    const failed = await this.#invoke(batch);
    const succeeded = batch.filter(({ messageId }) => !failed.has(messageId));
    const refusals = await deleteMessages(this.#options.client, this.#queue.url, succeeded);
    this.#say('was not deleted, and will be delivered again', refusals);
  }

  /** Runs the function on the batch, and returns the ids of the messages that must be redelivered. */
  async #invoke(batch: readonly QueuedMessage[]): Promise<ReadonlySet<string>> {
    const { invoke, reportBatchItemFailures, name, log } = this.#options;
    const delivered = new Set(batch.map(({ messageId }) => messageId));
    try {
      const response = await invoke(`{"Records":[${batch.map(({ record }) => record).join(',')}]}`);
      if (!reportBatchItemFailures) return new Set();
      const { failed, malformed } = readBatchResponse(response, delivered);
      if (malformed) log.error(`${name}: a batch of ${batch.length} failed as a whole: ${malformed}.`);
      return failed;
    } catch (error) {
      log.error(`${name}: a batch of ${batch.length} failed: ${messageOf(error)}`);
      return delivered;
    }
  }

  async #giveBack(messages: readonly QueuedMessage[]): Promise<void> {
    const refusals = await giveBack(this.#options.client, this.#queue.url, messages);
    this.#say('was not given back, and comes back after its visibility timeout', refusals);
  }

  #say(what: string, refusals: readonly Refusal[]): void {
    const { name, log } = this.#options;
    for (const { messageId, reason } of refusals) log.error(`${name}: message ${messageId} ${what}: ${reason}.`);
  }
}
