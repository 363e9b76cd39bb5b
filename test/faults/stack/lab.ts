import { availableParallelism } from 'node:os';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import pLimit from 'p-limit';
import { ExecutionEnvironment } from '../../../infra/local/lambda/execution-environment.ts';
import type { Part, RunningPart } from '../../../infra/local/stack/process/part.ts';
import { encodeMessage } from '../../../lib/queue/message.ts';
import { findInconsistencies } from '../../support/consistency.ts';
import { fetchDocumented } from '../../support/documented.ts';
import { freePorts } from '../../support/free-port.ts';
import { eventually } from '../../support/wait-until.ts';
import { endSprung, layAmbush, type Signal, type Sprung, type Step, sprungAmbushes } from './ambush.ts';
import { findDoubled, findStuck, findUsurped } from './audit.ts';
import { auditSteps, findRepeated } from './audit-steps.ts';
import type { Timing } from './service.ts';
import { type StackOptions, ThrowawayStack } from './throwaway-stack.ts';

/**
 * As short as the service allows: 3 s for an invocation make leases of 5 s, and the sweep, every half second, finds an
 * order a second after its lease has died.
 */
export const LAB_TIMING: Timing = {
  processTimeout: 3,
  resendAfter: 2,
  batchSize: 10,
  batchingWindow: 0,
  maximumConcurrency: 2,
  sweepEvery: 0.5,
};

/** Milliseconds: several leases, on a busy machine. */
const PATIENCE_MS = 90_000;

/** A process of the stack that a test controls. */
export class LabProcess {
  readonly #part: Part;
  #running: RunningPart | undefined;

  constructor(part: Part) {
    this.#part = part;
  }

  get pid(): number {
    if (!this.#running) throw new Error(`the ${this.#part.name} is not running`);
    return this.#running.pid;
  }

  async start(): Promise<this> {
    this.#running = await this.#part.start(new AbortController().signal);
    return this;
  }

  /** Kills it (`kill -9`), and waits until it has ended. */
  async kill(): Promise<void> {
    process.kill(this.pid, 'SIGKILL');
    await this.died();
  }

  /** Resolves when it has ended, for any reason. */
  async died(): Promise<void> {
    await this.#running?.ended;
    this.#running = undefined;
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }
}

export interface Answer {
  readonly status: number;
  readonly body: { readonly message?: string; readonly status?: string; readonly [more: string]: unknown };
  readonly headers: Headers;
}

export class LabApi extends LabProcess {
  readonly url: string;

  constructor(part: Part, port: number) {
    super(part);
    this.url = `http://127.0.0.1:${port}/api/v1`;
  }

  /** @throws TypeError if there is no response */
  async post(order: Partial<OrderBody> | string, headers: Record<string, string> = {}): Promise<Answer> {
    const body = typeof order === 'string' ? order : JSON.stringify({ ...anOrder(), ...order });
    return toAnswer(await fetchDocumented(`${this.url}/orders`, { method: 'POST', body, headers }));
  }

  async redrive(body: object): Promise<Answer> {
    return toAnswer(
      await fetchDocumented(`${this.url}/orders/redrive`, { method: 'POST', body: JSON.stringify(body) }),
    );
  }

  /** Sends the signal `packed`. */
  async signal(orderId: string, payload: unknown): Promise<Answer> {
    const path = `orders/${encodeURIComponent(orderId)}/signals/packed`;
    return toAnswer(await fetchDocumented(`${this.url}/${path}`, { method: 'POST', body: JSON.stringify(payload) }));
  }

  async cancel(orderId: string): Promise<Answer> {
    return toAnswer(
      await fetchDocumented(`${this.url}/orders/${encodeURIComponent(orderId)}/cancel`, { method: 'POST', body: '{}' }),
    );
  }

  async get(path: string): Promise<Answer> {
    return toAnswer(await fetchDocumented(`${this.url}/${path}`));
  }
}

async function toAnswer(response: Response): Promise<Answer> {
  return { status: response.status, body: (await response.json()) as Answer['body'], headers: response.headers };
}

export interface OrderBody {
  order_id: string;
  user_id: number;
  item_ids: number[];
  total_amount: number;
}

let orders = 0;

/** An order with a unique id. The beginning of the id says what the lab's processor does with it. */
export function anOrder(kind = 'order'): OrderBody {
  orders += 1;
  return { order_id: `${kind} ${process.pid}-${orders}`, user_id: 7, item_ids: [1, 2], total_amount: 9.5 };
}

/** An execution environment that a test controls. */
export interface Environment {
  readonly pid: number;
  /** @throws InvocationFailed if there is no response */
  invoke(event: unknown): Promise<unknown>;
}

/** A stack whose processes a test starts and kills. Postgres and the queue run from the start. */
export class FaultLab {
  readonly stack: ThrowawayStack;
  readonly postgres: LabProcess;
  readonly queue: LabProcess;
  readonly #programs: LabProcess[] = [];
  readonly #environments: ExecutionEnvironment[] = [];
  /** Counts the programs that have been started, so that each has its own name. */
  #started = 0;
  /** The programs of this test. */
  readonly #names: string[] = [];

  static async open(options: Partial<StackOptions> = {}): Promise<FaultLab> {
    const lab = new FaultLab(await ThrowawayStack.make({ timing: LAB_TIMING, ...options }));
    try {
      await Promise.all([lab.postgres.start(), lab.queue.start()]);
      await lab.stack.prepare();
      return lab;
    } catch (error) {
      await lab.close();
      throw error;
    }
  }

  private constructor(stack: ThrowawayStack) {
    this.stack = stack;
    this.postgres = new LabProcess(stack.postgres);
    this.queue = new LabProcess(stack.queue);
  }

  /** Starts another process of the HTTP functions. */
  async api(env: NodeJS.ProcessEnv = {}, checkout?: string): Promise<LabApi> {
    const [port = 0] = await freePorts(1);
    return this.adopt(new LabApi(this.stack.apiPart(this.#name('api'), port, env, checkout), port)).start();
  }

  /** Starts another worker, with its environments. */
  async worker(env: NodeJS.ProcessEnv = {}, checkout?: string): Promise<LabProcess> {
    return this.adopt(new LabProcess(this.stack.workerPart(this.#name('worker'), env, checkout))).start();
  }

  /** Starts execution environments of a function by themselves, to be invoked by the test. */
  async environments(
    count: number,
    key: 'processOrders' | 'sweepOrders',
    env: NodeJS.ProcessEnv = {},
  ): Promise<Environment[]> {
    const definition = this.stack.deployment.functions.find((one) => one.key === key);
    if (!definition) throw new Error(`serverless.yml has no function ${key}`);
    const environment = { ...definition.environment, ...this.stack.env, LOG_LEVEL: 'ERROR', ...env } as Record<
      string,
      string
    >;
    // More at a time would only make each slower, and the time to load a handler is limited.
    const limit = pLimit(availableParallelism());
    const start = async () => {
      // No queue redelivers what a slow machine runs out of time for.
      const one = new ExecutionEnvironment({ ...definition, timeoutMs: 30_000, environment });
      this.#environments.push(one);
      await one.ready;
      return one;
    };
    const started = await Promise.all(Array.from({ length: count }, () => limit(start)));
    return started.map((one) => ({
      pid: one.pid as number,
      invoke: async (event) => JSON.parse(await one.invoke(JSON.stringify(event))),
    }));
  }

  /** Stops a process at the end of the test. */
  adopt<T extends LabProcess>(process: T): T {
    this.#programs.push(process);
    return process;
  }

  #name(kind: string): string {
    const name = `${kind}-${++this.#started}`;
    this.#names.push(name);
    return name;
  }

  /** Everything that the programs of this test have printed. */
  get output(): string {
    return this.#names.map((name) => this.stack.logOf(name)).join('');
  }

  /**
   * Polls until the result is true; an error counts as false, because the server may be down. If the condition never
   * holds, the error contains the output of the programs.
   */
  async until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
    const demand = async () => {
      if (!(await isTrue())) throw new Error('no');
    };
    await eventually(demand, PATIENCE_MS).catch((error: Error) => {
      throw new Error(`timed out waiting until ${what}: ${error.message}\n${this.output.slice(-3_000)}`);
    });
  }

  /** Ends the programs of a test, and removes all orders and messages before the next one. */
  async clear(): Promise<void> {
    await this.#stopPrograms();
    this.#names.splice(0);
    await this.stack.empty();
  }

  async close(): Promise<void> {
    await this.#stopPrograms();
    await Promise.all([this.queue.stop(), this.postgres.stop()]);
    this.stack.remove();
  }

  async #stopPrograms(): Promise<void> {
    const environments = this.#environments.splice(0);
    for (const environment of environments) environment.kill('the test is over');
    await Promise.all(environments.map(({ exited }) => exited));
    await Promise.all(this.#programs.splice(0).map((program) => program.stop()));
    endSprung(this.stack.ambushes);
  }

  ambush(step: Step, signal: Signal = 'SIGKILL'): void {
    layAmbush(this.stack.ambushes, step, signal);
  }

  /** The process that ran into the ambush at this step, as soon as one has. */
  async sprung(step: Step): Promise<number> {
    let found: Sprung | undefined;
    await this.until(`somebody reaches "${step}"`, () => {
      found = sprungAmbushes(this.stack.ambushes).find((one) => one.step === step);
      return found !== undefined;
    });
    return (found as Sprung).pid;
  }

  rows<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.stack.withPsql((psql) => psql.rows<Row>(sql, values));
  }

  async value<T>(sql: string, values: readonly unknown[] = []): Promise<T> {
    return this.stack.withPsql((psql) => psql.value<T>(sql, values));
  }

  /** Inserts Pending orders by SQL, without messages; no sweep sends one within the test. */
  async insert(...orderIds: string[]): Promise<void> {
    await this.rows(
      `INSERT INTO orders (order_id, user_id, item_ids, total_amount, due_at)
       SELECT unnest($1::text[]), 1, '{1}', 9.5, now() + interval '1 hour'`,
      [orderIds],
    );
  }

  /** Sends messages as they are. */
  async sendBodies(...bodies: string[]): Promise<void> {
    for (let at = 0; at < bodies.length; at += 10)
      await this.stack.sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: this.stack.addresses.queueUrl,
          Entries: bodies.slice(at, at + 10).map((body, n) => ({ Id: String(n), MessageBody: body })),
        }),
      );
  }

  send(...orderIds: string[]): Promise<void> {
    return this.sendBodies(...orderIds.map(encodeMessage));
  }

  /** Messages of the order queue: available, and received but not deleted. */
  async messages(): Promise<{ visible: number; inFlight: number }> {
    const { Attributes: { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = {} } =
      await this.stack.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: this.stack.addresses.queueUrl, AttributeNames: ['All'] }),
      );
    return { visible: Number(ApproximateNumberOfMessages), inFlight: Number(ApproximateNumberOfMessagesNotVisible) };
  }

  /** The bodies of the dead letters, which stay in the DLQ. */
  async deadLetters(): Promise<string[]> {
    const { Messages = [] } = await this.stack.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.stack.addresses.deadLetterQueueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 0,
      }),
    );
    return Messages.map(({ Body = '' }) => Body);
  }

  async statusOf(orderId: string): Promise<string | undefined> {
    return this.value('SELECT status FROM orders WHERE order_id = $1', [orderId]);
  }

  async allAre(status: string, orderIds: readonly string[]): Promise<void> {
    await this.until(`all ${orderIds.length} orders are ${status}`, async () => {
      const there = await this.value<number>(
        'SELECT count(*)::integer FROM orders WHERE status = $1 AND order_id = ANY($2::text[])',
        [status, orderIds],
      );
      return there === orderIds.length;
    });
  }

  /** The transitions of an order, such as `Pending → Processing`, in the audit table. */
  async moves(orderId: string): Promise<string[]> {
    const rows = await this.rows<{ move: string }>(
      `SELECT concat_ws(' → ', from_status, to_status) AS move FROM lab_audit WHERE order_id = $1 ORDER BY entry`,
      [orderId],
    );
    return rows.map(({ move }) => move);
  }

  /** How often the order was written as Completed. */
  async completionsOf(orderId: string): Promise<number> {
    return this.value(`SELECT count(*)::integer FROM lab_audit WHERE order_id = $1 AND to_status = 'Completed'`, [
      orderId,
    ]);
  }

  /** Unfinished orders that have been due for this many seconds, and that no worker has claimed. */
  async stuck(graceSeconds: number): Promise<string[]> {
    return this.stack.withPsql((psql) => findStuck(psql, graceSeconds));
  }

  /**
   * Violated invariants, in words: orders completed twice or finished without a lease, steps recorded without one or repeated, undone
   * in the wrong order or not at all, signals lost, counters or history that differ.
   */
  async wrongs(): Promise<string[]> {
    return this.stack.withPsql(async (psql) => [
      ...(await findDoubled(psql)).map((orderId) => `${orderId} was completed twice`),
      ...(await findUsurped(psql)).map((orderId) => `${orderId} was finished by who did not hold it`),
      ...Object.values(await auditSteps(psql, this.stack.effects())).flat(),
      ...(await findRepeated(psql, this.stack.effects())),
      ...(await findInconsistencies(psql)),
    ]);
  }
}
