import { userInfo } from 'node:os';

/** The user who runs this command, for the history of orders: a name, or the user id if the system has no name for it. */
export function operator(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
  }
}
