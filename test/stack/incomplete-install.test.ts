import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';

interface Package {
  readonly scripts: Record<string, string>;
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}

let checkout: string;
let manifest: Package;

beforeAll(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'order-backend-checkout-'));
  manifest = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8')) as Package;
  await writeFile(join(checkout, 'package.json'), JSON.stringify(manifest));
  await mkdir(join(checkout, 'infra'));
  for (const file of ['caller-environment.ts', 'node-version.js', 'project-node.js', 'required-packages.js'])
    await cp(join(REPOSITORY, 'infra', file), join(checkout, 'infra', file));
});

afterAll(() => rm(checkout, { recursive: true, force: true }));

/** Runs Node as an npm script does, in a checkout that has only these packages, and npm's record of them. */
async function run(packages: readonly string[], record?: object): Promise<{ code: number; output: string }> {
  await rm(join(checkout, 'node_modules'), { recursive: true, force: true });
  for (const name of packages) {
    await mkdir(dirname(join(checkout, 'node_modules', name)), { recursive: true });
    await symlink(join(REPOSITORY, 'node_modules', name), join(checkout, 'node_modules', name));
  }
  if (record) await writeFile(join(checkout, 'node_modules', '.package-lock.json'), JSON.stringify(record));
  const command = ['--import', './infra/node-version.js', 'infra/local/stack/start.ts'];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: checkout }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

test('a command in a checkout without packages says in one line how to install them', async () => {
  const { code, output } = await run([]);
  expect(output).toMatch(/^Packages are missing \(.* and \d+ more\)\. Install them: npm ci\n$/);
  expect(code).toBe(1);
});

test('a command without the development packages says why npm left them out, and how to install them', async () => {
  const { code, output } = await run(Object.keys(manifest.dependencies));
  expect(output).toMatch(/^Development packages are missing \(.*\): .*NODE_ENV=production.*: npm ci --include=dev\n$/);
  expect(code).toBe(1);
});

test('a command names a package that npm has installed and somebody has deleted', async () => {
  const record = {
    packages: {
      'node_modules/lost': {},
      'node_modules/pg/node_modules/nested': {},
      'node_modules/not-for-this-system': { optional: true },
    },
  };
  const installed = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];
  const { code, output } = await run(installed, record);
  expect(output).toBe('Packages are missing (lost). Install them: npm ci\n');
  expect(code).toBe(1);
});

test('every npm script looks for its packages first', () => {
  // `npm test -- …` and `npm run a && npm run b` hand over to other scripts.
  const scripts = Object.values(manifest.scripts).filter((script) => !script.startsWith('npm '));
  for (const script of scripts)
    expect(script).toMatch(/^node (--disable-warning=ExperimentalWarning )?--import \.\/infra\/node-version\.js /);
});
