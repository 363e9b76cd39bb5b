import type { Psql } from '../support/psql.ts';

/** Where every history begins: far from today, so that a real clock that slipped in is noticed. */
const BEGINNING_MS = Date.UTC(2050, 0, 1);

/** The result of Math.random. Small, because the pauses between two attempts of a statement are real, and multiples of it. */
export const JITTER = 0.05;

interface Alarm {
  readonly atMs: number;
  readonly controller: AbortController;
}

/**
 * The time of a history, which passes only when a step says so: in the process (performance.now, AbortSignal.timeout)
 * and in Postgres, where a function takes precedence over the built-in now(). So the SQL under test is not touched,
 * no lease is waited for, and a slow machine changes nothing.
 */
export class VirtualTime {
  readonly #psql: Psql;
  #alarms: Alarm[] = [];
  /** Milliseconds since the history began. */
  nowMs = 0;

  private constructor(psql: Psql) {
    this.#psql = psql;
  }

  /** Makes the database tell virtual time, to all sessions that begin from now on. */
  static async install(psql: Psql): Promise<void> {
    const database = await psql.value<string>('SELECT current_database()');
    await psql.rows(`
      CREATE SCHEMA virtual_time;
      CREATE TABLE virtual_time.clock (at timestamptz NOT NULL);
      INSERT INTO virtual_time.clock VALUES (now());
      CREATE FUNCTION virtual_time.now() RETURNS timestamptz LANGUAGE sql STABLE
        AS 'SELECT at FROM virtual_time.clock';
      CREATE FUNCTION virtual_time.clock_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
        AS 'SELECT at FROM virtual_time.clock';
      ALTER DATABASE ${database} SET search_path = virtual_time, pg_catalog, public`);
  }

  static async begin(psql: Psql): Promise<VirtualTime> {
    const time = new VirtualTime(psql);
    await time.#tellPostgres();
    return time;
  }

  /** Lets time pass, and what is due in it happen. */
  async advance(byMs: number): Promise<void> {
    this.nowMs += byMs;
    await this.#tellPostgres();
    const due = this.#alarms.filter(({ atMs }) => atMs <= this.nowMs);
    this.#alarms = this.#alarms.filter(({ atMs }) => atMs > this.nowMs);
    for (const { controller } of due) controller.abort(new DOMException('the time is over', 'TimeoutError'));
  }

  /** Milliseconds until the next alarm, or until a due date, a lease or a pause of an order ends; null when none does. */
  async untilNext(): Promise<number | null> {
    const inDatabase = await this.#psql.value<number | null>(
      `SELECT ceil(extract(epoch FROM min(at) - now()) * 1000)::double precision
       FROM orders CROSS JOIN LATERAL (VALUES (due_at), (lease_until), (not_before)) AS deadline(at)
       WHERE at > now()`,
    );
    const alarms = this.#alarms.map(({ atMs }) => atMs - this.nowMs);
    const all = inDatabase === null ? alarms : [...alarms, inDatabase];
    return all.length === 0 ? null : Math.min(...all);
  }

  /** Has the process live in this time while the work lasts. The jitter is always the same, so that seeds replay. */
  async rule<T>(work: () => Promise<T>): Promise<T> {
    const { now } = performance;
    const { timeout } = AbortSignal;
    const { random } = Math;
    performance.now = () => this.nowMs;
    AbortSignal.timeout = (ms) => this.#setAlarm(ms);
    Math.random = () => JITTER;
    try {
      return await work();
    } finally {
      performance.now = now;
      AbortSignal.timeout = timeout;
      Math.random = random;
    }
  }

  #setAlarm(ms: number): AbortSignal {
    const controller = new AbortController();
    this.#alarms.push({ atMs: this.nowMs + ms, controller });
    return controller.signal;
  }

  async #tellPostgres(): Promise<void> {
    await this.#psql.rows('UPDATE virtual_time.clock SET at = to_timestamp($1::double precision / 1000)', [
      BEGINNING_MS + this.nowMs,
    ]);
  }
}
