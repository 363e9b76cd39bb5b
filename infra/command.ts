interface Described {
  /** The text in the help. A line break starts a new line. */
  readonly help: string;
}
interface Flag extends Described {
  readonly type: 'boolean';
}
interface Text extends Described {
  readonly type: 'string';
  /** The placeholder for the value in the help. */
  readonly value: string;
  readonly default?: string;
}
interface Choice extends Described {
  readonly type: 'choice';
  readonly choices: readonly string[];
  readonly default?: string;
}
export interface Integer extends Described {
  readonly type: 'integer';
  readonly min: number;
  readonly max: number;
  readonly default?: number;
}
export type Option = Flag | Text | Choice | Integer;
export type Options = Readonly<Record<string, Option>>;

type ValueOf<O extends Option> = O extends Flag
  ? boolean
  : O extends Integer
    ? number
    : O extends { readonly choices: readonly (infer Known)[] }
      ? Known
      : string;

/** The values of options. An option without a value and without a default is undefined; a flag is false. */
export type Values<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Flag | { readonly default: unknown }
    ? ValueOf<O[K]>
    : ValueOf<O[K]> | undefined;
};

/** An npm script: what it does, and its arguments. */
export interface Command<O extends Options = Options> {
  /** The name of the npm script, with the words that follow `--`: `load`, `orders get`. */
  readonly name: string;
  /** The arguments after the name, one line per form: `<order id> --user N`. */
  readonly usage: readonly string[];
  readonly does: string;
  readonly options: O;
  /** The positional arguments: what they are, separated by `, then `, and how many are allowed. None by default. */
  readonly positionals?: { readonly name: string; readonly min: number; readonly max: number };
  readonly examples?: readonly string[];
  /**
   * Prints its results, and returns the exit code if it is not 0.
   * @throws UsageError for arguments that exclude each other, before it does anything
   * @throws UserError for a problem that the user can fix
   */
  run(values: Values<O>, positionals: readonly string[]): Outcome | Promise<Outcome>;
}

// biome-ignore lint/suspicious/noConfusingVoidType: most commands return nothing
type Outcome = number | void;

/** Infers the types of the values from the options. */
export function command<const O extends Options>(definition: Command<O>): Command {
  return definition as unknown as Command;
}
