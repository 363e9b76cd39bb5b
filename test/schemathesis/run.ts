import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from '../../infra/command.ts';
import { stopSignal } from '../../infra/local/stack/process/stop-signal.ts';
import { type PythonTool, pythonEnvironment } from '../../infra/python/python-environment.ts';
import { execute, main, report } from '../../infra/run-command.ts';
import { makeStackHome, type StackHome, stackFileOf, startStack } from '../stack/stack-process.ts';
import { makeIdentities } from './identities.ts';

const SCHEMATHESIS: PythonTool = {
  title: 'schemathesis',
  name: 'schemathesis',
  requirements: ['schemathesis'],
  constraints: join(import.meta.dirname, 'constraints.txt'),
  takes: 'about half a minute',
};

const CONFIGURATION = join(import.meta.dirname, 'schemathesis.toml');

/** Examples an operation in one round. More of them keep more in the memory of Python; another round has another seed. */
const MAX_EXAMPLES = 1_000;
/** About as many cases as come from one example per operation: there are 15 operations, and some have only one request. */
const CASES_AN_EXAMPLE = 15;
/** Requests at once. The API is one process, and so is Python: more make nothing faster. */
const WORKERS = 2;

/** The exit code when schemathesis could not do its work. */
const RUN_FAILED = 3;

export const schemathesis = command({
  name: 'schemathesis',
  usage: ['[--cases N] [--seed N]'],
  does: `Starts a stack with API keys on free ports, and has schemathesis send it requests that fit the OpenAPI document and
requests that do not, with all its checks. The exit code is 0 when every response was as documented and none was 5xx, and 1
when one was not; 3 means that the run itself failed. It needs Python 3.12 or newer, and installs schemathesis once.`,
  options: {
    cases: { type: 'integer', min: 1, max: 999_999_999, default: 1_500, help: 'requests at least' },
    seed: { type: 'integer', min: 0, max: 999_999_999, help: 'random when it is left out' },
  },
  async run({ cases, seed = Math.floor(Math.random() * 1e6) }) {
    // Stopping it stops the stack too, and removes its files.
    const signal = stopSignal();
    try {
      const python = await pythonEnvironment(SCHEMATHESIS, console.log);
      return await fuzz({ cases, seed }, python, signal);
    } catch (error) {
      if (!signal.aborted) report(error, 'schemathesis');
      return RUN_FAILED;
    }
  },
});

/**
 * Runs rounds until there were enough cases or one failed. Each has a separate stack, as exceptions.py knows only the ids
 * and keys that its own round has used; so a round can be repeated by its seed alone.
 */
async function fuzz(
  { cases, seed }: { readonly cases: number; readonly seed: number },
  python: string,
  signal: AbortSignal,
): Promise<number> {
  const examples = Math.min(MAX_EXAMPLES, Math.ceil(cases / CASES_AN_EXAMPLE));
  let sent = 0;
  for (let round = 0; sent < cases; round += 1) {
    const { failed, generated } = await withStack((home, apiUrl) =>
      runRound(python, home, apiUrl, { examples, seed: seed + round, signal }),
    );
    sent += generated;
    console.log(`schemathesis: ${sent} of at least ${cases} cases (seed ${seed + round})`);
    if (failed || generated === 0) return 1;
  }
  console.log(`schemathesis: ${sent} cases, and every response as documented`);
  return 0;
}

interface Round {
  readonly examples: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

async function runRound(python: string, home: StackHome, apiUrl: string, { examples, seed, signal }: Round) {
  const child = spawn(
    python,
    [
      ...['-I', '-m', 'schemathesis.cli', '--no-color', '--config-file', CONFIGURATION],
      ...['run', new URL('/openapi.json', apiUrl).href, '--workers', String(WORKERS)],
      ...['--max-examples', String(examples), '--seed', String(seed)],
    ],
    {
      cwd: home.directory,
      env: { ...process.env, ...configuration(home) },
      stdio: ['ignore', 'pipe', 'inherit'],
      signal,
    },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  const [code] = await once(child, 'close');
  const generated = Number(/^ +([\d,]+) generated/m.exec(output)?.[1]?.replaceAll(',', '') ?? 0);
  return { failed: code !== 0, generated };
}

/** What schemathesis.toml takes from the environment. */
function configuration(home: StackHome) {
  return {
    SCHEMATHESIS_EXCEPTIONS: join(import.meta.dirname, 'exceptions.py'),
    SCHEMATHESIS_IDENTITIES: identitiesFile(home),
    // Nothing of Python's is left in the repository.
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

function identitiesFile({ directory }: StackHome): string {
  return join(directory, 'identities.json');
}

async function withStack<T>(work: (home: StackHome, apiUrl: string) => Promise<T>): Promise<T> {
  const home = await makeStackHome();
  try {
    Object.assign(home.env, {
      AUTH: 'api-key',
      PROCESSOR: join(import.meta.dirname, 'processor.ts'),
      // Otherwise many cases would wait for 25 s.
      MAX_WAIT_SECONDS: '1',
    });
    const stack = await startStack(home);
    try {
      const { api, postgres } = stackFileOf(home);
      await writeFile(identitiesFile(home), JSON.stringify(await makeIdentities(postgres)));
      return await work(home, api);
    } finally {
      stack.pressCtrlC();
      await stack.endsWith(0);
    }
  } finally {
    await home.remove();
  }
}

await main(import.meta.filename, (args) => execute(schemathesis, args));
