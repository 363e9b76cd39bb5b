import { randomUUID } from 'node:crypto';
import { messageOf } from '../../../lib/errors.ts';
import { secondsOfRate } from '../../aws/rate.ts';
import { UserError } from '../../user-error.ts';
import type { WorkerLog } from './worker-log.ts';

/**
 * The period of a rate expression in milliseconds.
 * @throws UserError for a cron expression, which the local worker does not support
 */
export function parseRate(expression: string): number {
  const seconds = secondsOfRate(expression);
  if (seconds === undefined)
    throw new UserError(`The local worker runs rate(N minutes|hours|days) only, and a schedule is "${expression}".`);
  return seconds * 1_000;
}

export interface ScheduleEvent {
  /** Milliseconds from start to start. */
  readonly periodMs: number;
  /** The event that replaces EventBridge's own. */
  readonly input?: unknown;
}

interface ScheduleOptions extends ScheduleEvent {
  /** Its name in log lines. */
  readonly name: string;
  /** The EventBridge rule in the event. */
  readonly rule: string;
  readonly region: string;
  readonly invoke: (payload: string) => Promise<string>;
  readonly log: WorkerLog;
}

/**
 * Invokes a function at a fixed rate. The first run starts immediately, so that work left by a crash is resumed without
 * waiting; a run that is due while the last one is not over is skipped.
 */
export class Schedule {
  readonly #options: ScheduleOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  /** True if the last run failed: an unavailable database is logged once, not at each run. */
  #failing = false;

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), this.#options.periodMs);
    this.#tick();
  }

  /** Starts no further run, and resolves when the last one is over. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  #tick(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async #run(): Promise<void> {
    const { name, rule, input, region, invoke, log } = this.#options;
    try {
      await invoke(JSON.stringify(input ?? scheduledEvent(rule, region)));
      if (this.#failing) log.info(`${name} succeeds again.`);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) log.error(`${name} fails (its next failures are not shown): ${messageOf(error)}`);
      this.#failing = true;
    }
  }
}

/** The event that EventBridge sends for a rule with a schedule ("Scheduled Event", in the EventBridge user guide). */
function scheduledEvent(rule: string, region: string): Record<string, unknown> {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: `${new Date().toISOString().slice(0, 19)}Z`,
    region,
    resources: [`arn:aws:events:${region}:000000000000:rule/${rule}`],
    detail: {},
  };
}
