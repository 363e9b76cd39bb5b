/** Something the user can mend. The message is one line that says what is wrong and what to do; no stack is shown. */
export class StackError extends Error {
  override readonly name = 'StackError';
}
