/** A problem that the user can fix. The message is one line that says what is wrong and what to do, printed without a stack. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
}

/** The arguments are invalid, and the command did nothing. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError';
}
