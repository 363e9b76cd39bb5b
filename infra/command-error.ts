/** Something the user can fix. The message is one line that says what is wrong and what to do; no stack is printed. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
}

/** The arguments are wrong, and nothing was done. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError';
}
