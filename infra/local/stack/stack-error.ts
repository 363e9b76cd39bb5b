import { CommandError } from '../../command-error.ts';

/** The local stack cannot do what was asked, and the user can fix it. */
export class StackError extends CommandError {
  override readonly name = 'StackError';
}
