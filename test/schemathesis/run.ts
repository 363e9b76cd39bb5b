/** `npm run schemathesis`: requests of all kinds against stacks of its own, and their answers held to the document. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stopSignal } from '../../infra/local/stop-signal.ts';
import { type PythonTool, pythonEnvironment } from '../../infra/tools/python-environment.ts';
import { makeStackHome, type StackHome, stackFileOf, startStack } from '../stack/stack-process.ts';
import { makeIdentities } from './identities.ts';
import { type FuzzOptions, readOptions, USAGE, UsageError } from './options.ts';

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
/** Cases that come of an example an operation, about: there are 15, of which some know only one request. */
const CASES_AN_EXAMPLE = 15;
/** Requests at once. The API is one process, and so is Python: more make nothing faster. */
const WORKERS = 2;

// Whoever stops it has the stack stopped, too, and what it wrote removed.
const stopping = stopSignal();

try {
  const options = readOptions(process.argv.slice(2));
  const python = await pythonEnvironment(SCHEMATHESIS, console.log);
  process.exitCode = await fuzz(options, python);
} catch (error) {
  if (!stopping.aborted) console.error(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error);
  process.exitCode = 2;
}

/**
 * Runs rounds until there were enough cases or one failed. Each has a stack of its own, as exceptions.py knows only the ids
 * and keys that its own round has used; so a round can be repeated by its seed alone.
 */
async function fuzz({ cases, seed }: FuzzOptions, python: string): Promise<number> {
  const examples = Math.min(MAX_EXAMPLES, Math.ceil(cases / CASES_AN_EXAMPLE));
  let sent = 0;
  for (let round = 0; sent < cases; round += 1) {
    const { failed, generated } = await withStack((home, apiUrl) =>
      runRound(python, home, apiUrl, examples, seed + round),
    );
    sent += generated;
    console.log(`schemathesis: ${sent} of at least ${cases} cases (seed ${seed + round})`);
    if (failed || generated === 0) return 1;
  }
  console.log(`schemathesis: ${sent} cases, and every answer as documented`);
  return 0;
}

async function runRound(python: string, home: StackHome, apiUrl: string, examples: number, seed: number) {
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
      signal: stopping,
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
    Object.assign(home.env, { AUTH: 'api-key', PROCESSOR: join(import.meta.dirname, 'processor.ts') });
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
