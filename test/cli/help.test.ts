import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { COMMANDS } from '../../cli/orders.ts';
import { type Command, command } from '../../infra/command.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { execute } from '../../infra/run-command.ts';
import { UserError } from '../../infra/user-error.ts';
import '../support/starts-processes.ts';

const { scripts } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** The scripts that run a program of this project; the others hand over to jest, Serverless, Biome and tsc. */
const OURS = Object.entries(scripts).flatMap(([name, line]) => {
  const [, file] = / \.\/infra\/node-version\.js (\S+\.ts)/.exec(line) ?? [];
  return file === undefined ? [] : [{ name, line, file }];
});

let said: string[];
beforeEach(() => {
  said = [];
  for (const stream of ['log', 'error'] as const)
    jest.spyOn(console, stream).mockImplementation((...args: unknown[]) => void said.push(args.join(' ')));
});
afterEach(() => {
  jest.restoreAllMocks();
});

async function commandsOf(file: string): Promise<Command[]> {
  if (file === 'cli/orders.ts') return Promise.all(Object.values(COMMANDS).map((load) => load()));
  const exported = Object.values((await import(join(REPOSITORY, file))) as object) as Partial<Command>[];
  return exported.filter((value): value is Command => typeof value?.run === 'function' && 'usage' in value);
}

describe.each(OURS)('npm run $name', ({ line, file }) => {
  test('a command prints its help without running, and rejects unknown options with exit code 2', async () => {
    const commands = await commandsOf(file);
    expect(commands).not.toHaveLength(0);
    for (const each of commands) {
      const run = jest.fn<Command['run']>();
      for (const args of [['--help'], ['-h'], ['some', '--help', '--no-such-option']]) {
        said = [];
        expect(await execute({ ...each, run }, args)).toBe(0);
        expect(said.join('\n')).toContain(`npm ${each.name === 'start' ? 'start' : `run ${each.name.split(' ')[0]}`}`);
        expect(said.join('\n')).toContain('-h, --help');
        if (each.name.startsWith('orders ')) expect(said.join('\n')).toContain('\nExamples\n  npm run orders -- ');
      }
      said = [];
      expect(await execute({ ...each, run }, ['--no-such-option'])).toBe(2);
      expect(said.join('\n')).toMatch(
        /^Unknown option '--no-such-option'\.\nTry "npm .+ --help" for more information\.$/,
      );
      expect(run).not.toHaveBeenCalled();
    }
  });

  test('a command with --help exits with 0 and does not touch the local data', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'order-backend-help-'));
    try {
      await writeFile(join(directory, 'postgres.log'), 'data');
      const child = spawn('bash', ['-c', `${line} --help`], {
        cwd: REPOSITORY,
        env: {
          ...process.env,
          NODE_OPTIONS: '',
          LOCAL_DIR: directory,
          DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const [output, errors, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close'),
      ]);
      expect({ code, errors }).toEqual({ code: 0, errors: '' });
      expect(output).toMatch(/^npm (start|run)/);
      expect(await readdir(directory)).toEqual(['postgres.log']);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('a command', () => {
  const example = command({
    name: 'example',
    usage: ['<id> [options]'],
    does: 'Does something.',
    options: {
      times: { type: 'integer', min: 1, max: 9, default: 3, help: 'how often' },
      colour: { type: 'choice', choices: ['red', 'blue'], help: 'which' },
      name: { type: 'string', value: 'NAME', help: 'whose' },
      loud: { type: 'boolean', help: 'says more' },
    },
    positionals: { name: 'id', min: 1, max: 2 },
    run: async (values, ids) => console.log(JSON.stringify({ ...values, ids })),
  });

  test('a command gets its options converted, with their defaults', async () => {
    expect(await execute(example, ['a', '--times', '7', '--colour=red', '--name', 'x', '--loud'])).toBe(0);
    expect(await execute(example, ['a', 'b'])).toBe(0);
    expect(said.map((line) => JSON.parse(line))).toEqual([
      { times: 7, colour: 'red', name: 'x', loud: true, ids: ['a'] },
      { times: 3, loud: false, ids: ['a', 'b'] },
    ]);
  });

  test.each([
    [[], 'Missing id.'],
    [['a', 'b', 'c'], 'Unexpected argument "c".'],
    [['a', '--times', '10'], '--times must be a whole number from 1 to 9, not "10".'],
    [['a', '--times', '2.5'], '--times must be a whole number from 1 to 9, not "2.5".'],
    [['a', '--times', ''], '--times must be a whole number from 1 to 9, not "".'],
    [['a', '--colour', 'green'], '--colour must be red or blue, not "green".'],
    [['a', '--name'], "Option '--name <value>' argument missing"],
    [['a', '--loud=yes'], "Option '--loud' does not take an argument"],
  ])('a command with the arguments %j reports the problem and exits with 2', async (args, message) => {
    expect(await execute(example, args)).toBe(2);
    expect(said).toEqual([`${message}\nTry "npm run example -- --help" for more information.`]);
  });

  test('a command treats --help after -- as an argument', async () => {
    expect(await execute(example, ['--', '--help'])).toBe(0);
    expect(said).toEqual([JSON.stringify({ times: 3, loud: false, ids: ['--help'] })]);
  });

  test.each([
    ['an id', ['Gr\ufffdn']],
    ['the value of an option', ['a', '--name', 'Gr\ufffdn']],
    ['an option and its value in one', ['a', '--name=Gr\ufffdn']],
    ['an option', ['a', '--gr\ufffdn']],
  ])('a command rejects %s that is not UTF-8, and names the argument', async (_, args) => {
    expect(await execute(example, args)).toBe(2);
    const argument = args.at(-1);
    expect(said).toEqual([expect.stringContaining(`The argument "${argument}" is not UTF-8`)]);
  });

  test('a command prints no control or bidirectional character of an argument or an error', async () => {
    const hostile = '\u001b]0;PWNED\u0007\u009b2J\u202e\u2028';
    const escaped = '\\u{1b}]0;PWNED\\u{7}\\u{9b}2J\\u{202e}\\u{2028}';
    const failing = (error: Error) => ({ ...example, run: () => Promise.reject(error) });
    await execute(example, ['a', '--colour', hostile]);
    await execute(failing(new UserError(`${hostile} is wrong\n  field`)), ['a']);
    await execute(failing(new TypeError(hostile)), ['a']);
    expect(said).toEqual([
      expect.stringMatching(/^--colour must be red or blue, not ".*"\.\nTry /),
      `${escaped} is wrong\n  field`,
      expect.stringMatching(/^TypeError: .*\n {4}at /),
    ]);
    for (const line of said) expect(line).toContain(escaped);
  });

  test('a failed command exits with 1: with one line if the user can fix it, otherwise with the whole error', async () => {
    const bug = new TypeError('undefined is not a function');
    const failing = (error: Error) => ({ ...example, run: () => Promise.reject(error) });
    expect(await execute(failing(new UserError('The disk is full.')), ['a'])).toBe(1);
    expect(await execute(failing(bug), ['a'])).toBe(1);
    expect(said).toEqual(['The disk is full.', bug.stack]);
  });

  test('a command exits with the code that it returns', async () => {
    expect(await execute({ ...example, run: () => 1 }, ['a'])).toBe(1);
  });
});
