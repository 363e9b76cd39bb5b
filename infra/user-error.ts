/** A problem that the user can fix. The message is one line that says what is wrong and what to do, printed without a stack. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
}

/** The arguments are invalid, and the command did nothing. */
export class UsageError extends UserError {
  override readonly name = 'UsageError';
}
