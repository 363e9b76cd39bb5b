import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { UserError } from '../../../infra/user-error.ts';

/** What a Chromium that Playwright can drive is called by Debian, Ubuntu, Fedora and Google. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const MAC = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/**
 * The path of a Chromium on this machine: CHROMIUM, or the first that is found.
 * @throws an error that says what to do, when there is none.
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string {
  const places = (env.PATH ?? '').split(delimiter).flatMap((directory) => NAMES.map((name) => join(directory, name)));
  const found = (env.CHROMIUM ? [env.CHROMIUM] : [...places, ...MAC]).find(isExecutable);
  if (found) return found;
  const missing = env.CHROMIUM ? `CHROMIUM names ${env.CHROMIUM}, which cannot be run.` : 'No Chromium was found.';
  throw new UserError(
    `${missing} The browser tests need one: apt-get install chromium, or set CHROMIUM to the path of a Chrome or Chromium.`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
