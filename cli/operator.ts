import { userInfo } from 'node:os';

/** Who runs this command, for the history of orders: a name, or the user id where the system has no name for it. */
export function operator(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
  }
}
