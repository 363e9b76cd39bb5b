import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Driver } from '../../../infra/deploy/bundle.ts';
import { resourcesOfType } from '../../../infra/deploy/resources.ts';
import { findPython } from '../../../infra/python/find-python.ts';
import { packageStage } from '../../../tools/checks/package-stage.ts';
import type { FunctionCode } from './emulated-function.ts';

const run = promisify(execFile);

export interface PackagedFunction extends FunctionCode {
  /** As serverless.yml calls it. */
  readonly key: string;
  /** Bytes of the code that a cold start reads. */
  readonly codeBytes: number;
  /** Bytes of the package. */
  readonly packageBytes: number;
}

export interface Packaged {
  readonly functions: readonly PackagedFunction[];
  of(key: string): PackagedFunction;
  remove(): Promise<void>;
}

interface LambdaProperties {
  readonly FunctionName: string;
  readonly Handler: string;
  readonly Timeout: number;
  readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
}

/** Packages a stage as `npm run package` does, and unpacks what Lambda would get. */
export async function packaged(driver: Driver, environment: Readonly<Record<string, string>>): Promise<Packaged> {
  const directory = await mkdtemp(join(tmpdir(), 'packaged-'));
  const packages = join(directory, 'packages');
  const { template } = await packageStage(
    { stage: 'dev', region: 'us-east-1', parameters: [`database=${driver}`] },
    packages,
  );
  const python = await findPython('Unpacking');
  const definitions = resourcesOfType(template, 'AWS::Lambda::Function').map(
    ({ Properties }) => Properties as unknown as LambdaProperties,
  );

  const functions = await Promise.all(
    definitions.map(async ({ FunctionName, Handler: handler, Timeout: timeout, Environment }) => {
      const key = FunctionName.split('-').at(-1) ?? '';
      const code = join(directory, key);
      await run(python, ['-I', '-m', 'zipfile', '-e', join(packages, `${key}.zip`), code]);
      const known = Object.entries(Environment.Variables).filter(([, value]) => typeof value !== 'object');
      return {
        key,
        directory: code,
        handler,
        timeout,
        environment: { ...(Object.fromEntries(known) as Record<string, string>), ...environment },
        codeBytes: (await readFile(join(code, handler.replace(/\.\w+$/, '.mjs')))).byteLength,
        packageBytes: (await stat(join(packages, `${key}.zip`))).size,
      };
    }),
  );
  return {
    functions,
    of: (key) => {
      const found = functions.find((one) => one.key === key);
      if (!found) throw new Error(`There is no function ${key}`);
      return found;
    },
    remove: () => rm(directory, { recursive: true }),
  };
}
