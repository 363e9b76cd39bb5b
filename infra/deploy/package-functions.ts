import { join } from 'node:path';
import { UserError } from '../user-error.ts';
import { type Bundle, bundleHandler, type Driver } from './bundle.ts';
import { filesOf, writeZip } from './package-files.ts';
import type { Serverless } from './serverless.ts';

/**
 * Creates the package of each function, and reports the size of its code.
 * @throws UserError if one is over the limit, with its contents
 */
export async function packageFunctions(
  { service, serviceDir }: Serverless,
  say: (line: string) => void,
): Promise<void> {
  const driver = service.provider.environment?.DATABASE_DRIVER as Driver;
  const { bundleKilobytes } = service.custom.limits as { readonly bundleKilobytes: unknown };
  const limit = 1_000 * Number(bundleKilobytes);
  const functions = Object.entries(service.functions);
  const width = Math.max(...functions.map(([key]) => key.length));
  const lines = await Promise.all(
    functions.map(async ([key, definition]) => {
      const bundle = await bundleHandler(definition.handler, driver, serviceDir);
      if (bundle.bytes > limit) throw new UserError(tooLarge(key, bundle, limit));
      const beside = await filesOf(definition.package?.patterns ?? [], serviceDir);
      const artifact = join(serviceDir, '.serverless', `${key}.zip`);
      await writeZip(artifact, new Map([...bundle.files, ...beside]));
      definition.package = { artifact };
      return `${key.padEnd(width)} ${kilobytes(bundle.bytes)}`;
    }),
  );
  for (const line of lines) say(line);
}

function tooLarge(key: string, { bytes, parts }: Bundle, limit: number): string {
  const largest = parts.slice(0, 8).map(([name, size]) => `${name} ${kilobytes(size).trim()}`);
  return (
    `The code of ${key} is ${kilobytes(bytes)}, and bundleKilobytes allows ${kilobytes(limit)}. It is ` +
    `${largest.join(', ')} …`
  );
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0).padStart(3)} kB`;
}
