/** Something that is not as it should be. */
export interface Finding {
  /** One line: what is wrong, with its figures. */
  readonly problem: string;
  /** Mends it, and says in one line what that did; absent for what only a person can mend. */
  readonly fix?: () => Promise<string>;
}

/** One thing that the doctor looks at. */
export interface Check {
  /** What is well when nothing is found. */
  readonly name: string;
  find(): Promise<readonly Finding[]>;
}
