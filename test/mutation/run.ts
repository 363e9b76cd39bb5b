import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { command } from '../../infra/command.ts';
import { execute, main } from '../../infra/run-command.ts';
import { UsageError, UserError } from '../../infra/user-error.ts';
import { MUTATIONS, type Mutation } from './mutations.ts';
import { type Result, reportOf } from './report.ts';
import { staleness } from './stale.ts';

/** Milliseconds for one test. On a busy machine jest's own limit would count slow tests as failures, and bugs as noticed. */
const TEST_TIMEOUT_MS = 60_000;

/** Minutes that the tests of one bug may take: a bug that makes them hang is noticed, too. */
const PATIENCE_MINUTES = 5;

const ROOT = join(import.meta.dirname, '..', '..');

/** What a copy of the checkout does without. */
const LEFT_OUT = new Set(['.git', '.local', '.serverless', 'node_modules']);

export const mutate = command({
  name: 'mutate',
  usage: ['[<path or id …>] [--list]'],
  does: `Applies one bug at a time to a copy of this checkout, and runs the tests nearest to it: one of them has to fail. Without
arguments, it applies all bugs in test/mutation/mutations.ts; otherwise those whose file begins with an argument, or whose id is an argument. The exit code is 1 when a bug goes unnoticed, or is stale.`,
  options: { list: { type: 'boolean', help: 'prints the bugs, and why one is stale' } },
  positionals: { name: 'path or id', min: 0, max: Number.POSITIVE_INFINITY },
  run({ list: listing }, chosen) {
    const mutations = MUTATIONS.filter(
      ({ id, file }) =>
        chosen.length === 0 || chosen.some((name) => id === name || file.startsWith(name.replace(/^\.\//, ''))),
    );
    if (mutations.length === 0)
      throw new UsageError(`No bug in test/mutation/mutations.ts is in ${chosen.join(', ')}.`);
    return listing ? list(mutations) : mutateAll(mutations);
  },
});

function list(mutations: readonly Mutation[]): void {
  for (const mutation of mutations) {
    const reason = staleness(mutation, ROOT);
    const note = reason === undefined ? mutation.equivalent && 'equivalent' : `STALE: ${reason}`;
    console.log(`${mutation.id}  ${mutation.file}  ${note ?? ''}`.trimEnd());
  }
}

async function mutateAll(mutations: readonly Mutation[]): Promise<number> {
  const copy = mkdtempSync(join(tmpdir(), 'order-backend-mutants-'));
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    copyTo(copy);
    await startServers();
    const results = await runAll(copy, mutations, stop.signal);
    console.log(reportOf(results));
    return results.some(({ outcome }) => outcome === 'unnoticed' || outcome === 'stale') ? 1 : 0;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** node_modules are linked: nothing that a bug changes is in there. */
function copyTo(copy: string): void {
  const modules: string[] = [];
  cpSync(ROOT, copy, {
    recursive: true,
    filter(source) {
      const name = source.slice(source.lastIndexOf('/') + 1);
      if (name === 'node_modules') modules.push(relative(ROOT, source));
      return source === ROOT || !LEFT_OUT.has(name);
    },
  });
  for (const path of modules) symlinkSync(join(ROOT, path), join(copy, path));
}

/** One Postgres and one queue server for all runs of jest, which then start none. They end with this process. */
async function startServers(): Promise<void> {
  const servers = fork(join(ROOT, 'test/support/test-servers.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    detached: true,
  });
  const [addresses] = await Promise.race([once(servers, 'message'), once(servers, 'exit').then(() => [undefined])]);
  if (addresses === undefined) throw new UserError('The servers for the tests did not start.');
  Object.assign(process.env, addresses);
  servers.unref();
  servers.channel?.unref();
}

async function runAll(copy: string, mutations: readonly Mutation[], signal: AbortSignal): Promise<Result[]> {
  const results: Result[] = [];
  const runnable = mutations.filter(
    (mutation) => mutation.equivalent === undefined && staleness(mutation, ROOT) === undefined,
  );
  const files = [...new Set(runnable.flatMap(({ tests }) => tests))].sort();
  // Without this, a test that fails for another reason would seem to notice every bug.
  console.log(`Without any bug: ${files.join(' ')}`);
  const failed = await firstFailure(copy, files, signal);
  if (failed !== undefined) throw new UserError(`${failed}\nThese tests have to pass before a bug is tried.`);

  for (const mutation of mutations) {
    const reason = staleness(mutation, ROOT);
    if (reason !== undefined) results.push({ mutation, outcome: 'stale', by: reason });
    else if (mutation.equivalent !== undefined) results.push({ mutation, outcome: 'equivalent' });
    else {
      const original = readFileSync(join(ROOT, mutation.file), 'utf8');
      writeFileSync(
        join(copy, mutation.file),
        original.replace(mutation.find, () => mutation.replace),
      );
      const failure = await firstFailure(copy, mutation.tests, signal);
      writeFileSync(join(copy, mutation.file), original);
      results.push({ mutation, outcome: failure === undefined ? 'unnoticed' : 'noticed', by: titleIn(failure) });
    }
    const { outcome, by } = results.at(-1) as Result;
    console.log([mutation.id, outcome, ...(by === undefined ? [] : ['by', by])].join('  '));
  }
  return results;
}

/** What jest says of the tests that fail; undefined when all pass. */
async function firstFailure(copy: string, files: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  const inBrowser = (file: string) => file.startsWith('test/browser/');
  const config = ['--config', 'test/browser/jest.config.js'];
  const runs: [readonly string[], readonly string[]][] = [
    [files.filter((file) => !inBrowser(file)), []],
    [files.filter(inBrowser), config],
  ];
  for (const [tests, more] of runs) {
    if (tests.length === 0) continue;
    const failure = await runJest(
      copy,
      [...more, '--bail', '--silent', `--testTimeout=${TEST_TIMEOUT_MS}`, '--runTestsByPath', ...tests],
      signal,
    );
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** The first test that jest reports as failed: `describe › test`. */
function titleIn(failure: string | undefined): string | undefined {
  return failure === undefined ? undefined : /^ +● (.+)$/m.exec(failure)?.[1];
}

async function runJest(copy: string, args: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const jest = spawn(process.execPath, [...flags, join(ROOT, 'node_modules/jest/bin/jest.js'), ...args], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TEST_TALLY: '' },
    signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MINUTES * 60_000)]),
  });
  let said = '';
  for (const stream of [jest.stdout, jest.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  try {
    const [code] = await once(jest, 'close');
    return code === 0 ? undefined : said;
  } catch (error) {
    if (signal.aborted) throw new UserError('Stopped.');
    return String(error);
  }
}

await main(import.meta.filename, (args) => execute(mutate, args));
