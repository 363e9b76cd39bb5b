import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  GetQueueAttributesCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { FunctionDefinition } from '../../infra/local/lambda/deployment.ts';
import { EnvironmentPool } from '../../infra/local/lambda/environment-pool.ts';
import { EventSource, type EventSourceOptions } from '../../infra/local/lambda/event-source.ts';
import { ensureQueues, type Queue } from '../../infra/local/lambda/queues.ts';
import type { JournalEntry } from './handlers/handlers.ts';

const HANDLERS = fileURLToPath(new URL('handlers/handlers.ts', import.meta.url));

export function connectSqs(endpoint = process.env.TEST_SQS_ENDPOINT ?? '', maxAttempts = 3): SQSClient {
  return new SQSClient({
    endpoint,
    maxAttempts,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    useQueueUrlAsEndpoint: false,
  });
}

/** What handlers have written down so far. */
export function readJournal(file: string): JournalEntry[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as JournalEntry);
}

/** Keeps what is logged, for a test to look at. */
export class MemoryLog {
  readonly lines: string[] = [];
  info(line: string): void {
    this.lines.push(line);
  }
  error(line: string): void {
    this.lines.push(line);
  }
}

export function functionDefinition(exportName: string, changes: Partial<FunctionDefinition> = {}): FunctionDefinition {
  return {
    key: exportName,
    functionName: `test-${exportName}`,
    functionArn: `arn:aws:lambda:us-east-1:000000000000:function:test-${exportName}`,
    file: HANDLERS,
    exportName,
    timeoutMs: 10_000,
    memoryMb: 256,
    environment: {},
    queueEvents: [],
    scheduleEvents: [],
    ...changes,
  };
}

export interface BenchOptions extends Partial<Omit<EventSourceOptions, 'client'>> {
  /** The export of handlers.ts that is run. */
  readonly handler: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Seconds, 2 by default: more than starting a process takes, so that nothing comes back before it is begun with. */
  readonly visibilityTimeout?: number;
  readonly maxReceiveCount?: number;
}

/** Runs an event source over messages that are there already, and leaves nothing of it behind. */
export async function withBench(
  options: BenchOptions,
  bodies: readonly string[],
  look: (bench: Bench) => Promise<void>,
): Promise<void> {
  const bench = await Bench.set(options);
  try {
    await bench.send(...bodies);
    bench.source.start();
    await look(bench);
  } finally {
    await bench.stop();
  }
}

/** A queue with a dead-letter queue, and an event source that feeds a handler from it. */
export class Bench {
  readonly log = new MemoryLog();
  readonly pool: EnvironmentPool;
  readonly source: EventSource;
  readonly queue: Queue;
  readonly #client: SQSClient;
  readonly #deadLetters: Queue;
  readonly #directory: string;

  static async set(options: BenchOptions, client = connectSqs()): Promise<Bench> {
    const name = `worker-${randomUUID()}`;
    const definitions = [
      {
        logicalId: 'Source',
        name,
        attributes: { VisibilityTimeout: String(options.visibilityTimeout ?? 2) },
        redrive: { deadLetterQueue: 'DeadLetters', maxReceiveCount: options.maxReceiveCount ?? 100 },
      },
      { logicalId: 'DeadLetters', name: `${name}-dead-letters`, attributes: {} },
    ];
    const find = () => ensureQueues(client, definitions);
    const queues = await find();
    const get = (id: string, from: ReadonlyMap<string, Queue>) => from.get(id) as Queue;
    const findQueue = async () => get('Source', await find());
    return new Bench(client, get('Source', queues), get('DeadLetters', queues), { findQueue, ...options });
  }

  private constructor(
    client: SQSClient,
    queue: Queue,
    deadLetters: Queue,
    options: BenchOptions & Pick<EventSourceOptions, 'findQueue'>,
  ) {
    this.#client = client;
    this.queue = queue;
    this.#deadLetters = deadLetters;
    this.#directory = mkdtempSync(join(tmpdir(), 'worker-'));
    const { maximumConcurrency = 4, handler, timeoutMs = 10_000 } = options;
    const environment = { ...options.environment, JOURNAL: this.#journalFile };
    const definition = functionDefinition(handler, { timeoutMs, environment });
    this.pool = new EnvironmentPool(definition, maximumConcurrency, this.log);
    this.source = new EventSource(queue, {
      client,
      batchSize: 10,
      windowMs: 0,
      maximumConcurrency,
      reportBatchItemFailures: true,
      invoke: (payload) => this.pool.invoke(payload),
      name: handler,
      log: this.log,
      ...options,
    });
  }

  async stop(): Promise<void> {
    const stopped = this.source.stop();
    await this.pool.stop();
    await stopped;
    this.#client.destroy();
    rmSync(this.#directory, { recursive: true });
  }

  async send(...bodies: readonly string[]): Promise<void> {
    // One by one when they are large: a batch request takes 1 MiB in all.
    const step = (bodies[0]?.length ?? 0) > 100_000 ? 1 : 10;
    for (let at = 0; at < bodies.length; at += step) {
      const some = bodies.slice(at, at + step);
      await this.#client.send(
        new SendMessageBatchCommand({
          QueueUrl: this.queue.url,
          Entries: some.map((body, index) => ({ Id: String(index), MessageBody: body })),
        }),
      );
    }
  }

  /** Messages in the queue, by what they wait for. Counts receives none. */
  async counts(): Promise<{ visible: number; inFlight: number }> {
    const visible: QueueAttributeName = 'ApproximateNumberOfMessages';
    const inFlight: QueueAttributeName = 'ApproximateNumberOfMessagesNotVisible';
    const { Attributes } = await this.#client.send(
      new GetQueueAttributesCommand({ QueueUrl: this.queue.url, AttributeNames: [visible, inFlight] }),
    );
    return { visible: Number(Attributes?.[visible]), inFlight: Number(Attributes?.[inFlight]) };
  }

  /** Receives and keeps every dead letter there is now. */
  async deadLetters(): Promise<string[]> {
    const { Messages = [] } = await this.#client.send(
      new ReceiveMessageCommand({ QueueUrl: this.#deadLetters.url, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }),
    );
    return Messages.map(({ Body }) => Body ?? '');
  }

  /** Lets the handler `gated` end, from now on. */
  openGate(): void {
    writeFileSync(`${this.#journalFile}.open`, '');
  }

  /** What the handlers have written down so far. */
  get journal(): JournalEntry[] {
    return readJournal(this.#journalFile);
  }

  /** The batches that handlers began with, in order. */
  get batches(): readonly (readonly string[])[] {
    return this.journal.filter(({ what }) => what === 'begin').map(({ bodies }) => bodies);
  }

  get #journalFile(): string {
    return join(this.#directory, 'journal');
  }
}
