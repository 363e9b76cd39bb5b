import { join } from 'node:path';
import { type Bundle, bundleHandler, type Driver } from './bundle.ts';
import { DeploymentError } from './deployment-error.ts';
import { filesOf, writeZip } from './package-files.ts';
import type { Serverless } from './serverless.ts';

/** Bytes of a function's code at most: a cold start reads and compiles all of it. */
const BUNDLE_LIMIT = 400_000;

/**
 * Makes the package of each function, and says how large its code is.
 * @throws DeploymentError when one is over the limit, with what it consists of.
 */
export async function packageFunctions(
  { service, serviceDir }: Serverless,
  say: (line: string) => void,
): Promise<void> {
  const driver = service.provider.environment?.DATABASE_DRIVER as Driver;
  const functions = Object.entries(service.functions);
  const width = Math.max(...functions.map(([key]) => key.length));
  const lines = await Promise.all(
    functions.map(async ([key, definition]) => {
      const bundle = await bundleHandler({ key, handler: definition.handler }, driver, serviceDir);
      if (bundle.bytes > BUNDLE_LIMIT) throw new DeploymentError(tooLarge(key, bundle));
      const beside = await filesOf(definition.package?.patterns ?? [], serviceDir);
      const artifact = join(serviceDir, '.serverless', `${key}.zip`);
      await writeZip(artifact, new Map([...bundle.files, ...beside]));
      definition.package = { artifact };
      return `${key.padEnd(width)} ${kilobytes(bundle.bytes)}`;
    }),
  );
  for (const line of lines) say(line);
}

function tooLarge(key: string, { bytes, parts }: Bundle): string {
  const largest = parts.slice(0, 8).map(([name, size]) => `${name} ${kilobytes(size)}`);
  return `The code of ${key} is ${kilobytes(bytes)}, and at most ${kilobytes(BUNDLE_LIMIT)} are allowed. It is ${largest.join(', ')} …`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0).padStart(3)} kB`;
}
