/** A mechanism that is taken away, to see that the histories miss it. */
export interface Sabotage {
  readonly name: string;
  /** What is run instead of a statement. */
  readonly rewrite: (sql: string) => string;
  readonly withoutSweep?: boolean;
}

export const NO_SABOTAGE: Sabotage = { name: 'none', rewrite: (sql) => sql };

/** A condition of one statement that is left out, or changed. The statement is known by the condition. */
function changing(name: string, condition: string, into: string): Sabotage {
  return { name, rewrite: (sql) => sql.replace(condition, into) };
}

export const SABOTAGES: readonly (Sabotage & { readonly breaks: RegExp })[] = [
  {
    ...changing('the fencing token', ' AND o.token = v.token', ''),
    breaks: /worker-\d+ moved it to \w+, but worker-\d+ held it/,
  },
  { ...changing('the sweep', '', ''), withoutSweep: true, breaks: /is still (Pending|Processing) after \d+ rounds/ },
];
