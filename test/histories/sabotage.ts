import type { noLongerNeeded } from '../../lib/queue/message.ts';

/** A mechanism that is taken away, to see that the histories miss it. */
export interface Sabotage {
  readonly name: string;
  /** What is run instead of a statement. */
  readonly rewrite: (sql: string) => string;
  readonly withoutSweep?: boolean;
  /** Which messages a worker acknowledges, instead of those that no order needs. */
  readonly acknowledges?: typeof noLongerNeeded;
}

export const NO_SABOTAGE: Sabotage = { name: 'nothing', rewrite: (sql) => sql };

/** Sabotages, each with what the histories must say of it. */
export const SABOTAGES: readonly (Sabotage & { readonly breaks: RegExp })[] = [
  {
    name: 'the fencing token',
    rewrite: replacing(' AND o.token = v.token', ''),
    breaks: /worker-\d+ moved it to \w+, but worker-\d+ held it/,
  },
  {
    name: 'the records of steps',
    rewrite: replacing('AND s.run = g.run', 'AND s.run = g.run AND false'),
    breaks: /ran again the recorded \w+ of order-\d/,
  },
  {
    name: 'the number of signals',
    rewrite: replacing('o.signals > coalesce(v.signals, 0)', 'false'),
    breaks: /waits although its signal came/,
  },
  {
    name: 'the record of an undo',
    rewrite: replacing('CASE WHEN undone THEN clock_timestamp() END', 'NULL::timestamptz'),
    breaks: /undid before a later step \w+ of order-\d/,
  },
  {
    name: 'the sweep',
    rewrite: (sql) => sql,
    withoutSweep: true,
    breaks: /is still (Pending|Processing) after \d+ rounds/,
  },
  {
    name: 'the need of every order for its message',
    rewrite: (sql) => sql,
    acknowledges: ({ tasks }, settled) => tasks.some(({ key }) => settled.has(key)),
    breaks: /was acknowledged, and nobody looks after it/,
  },
  {
    name: 'the lease',
    rewrite: replacing('AND o.lease_until <= now()', ''),
    breaks: /was claimed while it was held/,
  },
  {
    name: 'the pause between two attempts',
    rewrite: replacing('AND (o.not_before IS NULL OR o.not_before <= now())', ''),
    breaks: /was claimed before its next attempt could start/,
  },
  {
    name: 'the budget of crashes',
    rewrite: replacing(/CASE WHEN o\.ends_as IS NULL THEN o\.crashes \+ 1 .*? END >= (?=\$4::integer)/, '0 > '),
    breaks: /is Processing after \d attempts and 3 crashes/,
  },
  {
    name: 'the isolation of orders that lost a worker',
    rewrite: replacing(/AND \(o\.crashes > 0 OR [^)]* = 'Processing'\) = (?=\$3::boolean)/, 'AND true <> '),
    breaks: /lost a worker before, and were held together by worker-\d+/,
  },
  {
    name: 'the due date of a retry',
    rewrite: replacing(
      /(?<=due_at = CASE WHEN v\.status IN \('Pending', 'Waiting'\)\s+THEN )[^;]*?END(?= END,)/,
      // 60 days: further than virtual time gets, even in the rounds at the end.
      `now() + $2::double precision * interval '1 day'`,
    ),
    breaks: /is still (Pending|Waiting) after \d+ rounds/,
  },
  {
    name: 'the stop of claims while processing is paused',
    rewrite: replacing('WHERE NOT (SELECT paused FROM control)', ''),
    breaks: /was claimed while processing was paused/,
  },
  {
    name: 'the request token',
    rewrite: replacing('same_id.request_token IS NOT DISTINCT FROM wanted."requestToken" AS', 'true AS'),
    breaks: /got created, but/,
  },
];

/** The statement that has the phrase gets another one; those that do not have it stay as they are. */
function replacing(phrase: string | RegExp, by: string): (sql: string) => string {
  return (sql) => sql.replace(phrase, by);
}
