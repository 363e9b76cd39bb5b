export interface Finding {
  /** One line: what is wrong, with numbers. */
  readonly problem: string;
  /** Fixes the problem and returns one line about what was done; absent if only a person can fix it. */
  readonly fix?: () => Promise<string>;
}

export interface Check {
  /** The statement that holds if the check finds no problem. */
  readonly name: string;
  find(): Promise<readonly Finding[]>;
  /** What is well as it is and will have to be done later, one line each. */
  later?(): Promise<readonly string[]>;
}
