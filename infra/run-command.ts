import { realpathSync } from 'node:fs';
import { inspect, parseArgs } from 'node:util';
import { ConfigError, DatabaseError, messageOf } from '../lib/errors.ts';
import type { Command, Integer, Option, Options } from './command.ts';
import { helpOf, invocationOf } from './help.ts';
import { systemFailure } from './local/stack/remedy.ts';
import { printableLines } from './printable.ts';
import { UsageError, UserError } from './user-error.ts';

type Program = (args: readonly string[]) => Promise<number>;

/** Runs a program if Node was started with its file. A test that imports the file does not run it. */
export async function main(file: string, program: Program): Promise<void> {
  const [, started, ...args] = process.argv;
  if (started === undefined || realpathSync(started) !== file) return;
  // The reader of the output may have closed it: `… | head -1`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  process.exitCode = await program(args);
}

/** The exit code of a command: its own, 1 if it failed, or 2 if its arguments are invalid and it did nothing. */
export async function execute(definition: Command, args: readonly string[]): Promise<number> {
  try {
    if (asksForHelp(args)) {
      console.log(helpOf(definition));
      return 0;
    }
    const { values, positionals } = read(definition, args);
    return (await definition.run(values, positionals)) ?? 0;
  } catch (error) {
    return report(error, definition.name);
  }
}

/** Prints why a command failed, and returns its exit code. */
export function report(error: unknown, name: string): number {
  console.error(printableLines(explain(error, name)));
  return error instanceof UsageError ? 2 : 1;
}

function explain(error: unknown, name: string): string {
  if (error instanceof UsageError)
    return `${error.message}\nTry "${invocationOf(name, '--help')}" for more information.`;
  // The AWS SDK adds this to every error of a request. Errors of the RDS Data API have already become DatabaseErrors.
  if (error instanceof Error && '$metadata' in error) return `SQS cannot be reached: ${messageOf(error)}`;
  if (EXPECTED.some((kind) => error instanceof kind)) return messageOf(error);
  return systemFailure(error) ?? inspect(error);
}

const EXPECTED = [UserError, ConfigError, DatabaseError];

/** True if the options contain `--help`: then the command does nothing else, whatever the other options are. */
export function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end === -1 ? undefined : end).some((arg) => arg === '--help' || arg === '-h');
}

/** @throws UsageError */
function read({ options, positionals: taken }: Command, args: readonly string[]) {
  refuseOtherEncodings(args);
  const { values: texts, positionals } = parse(options, args);
  const { name = '', min = 0, max = 0 } = taken ?? {};
  if (positionals.length < min)
    throw new UsageError(`Missing ${name.split(', then ').slice(positionals.length).join(' and ')}.`);
  if (positionals.length > max) throw new UsageError(`Unexpected argument "${positionals[max]}".`);
  const values = Object.entries(options).map(([key, option]) => [key, convert(`--${key}`, option, texts[key])]);
  return { values: Object.fromEntries(values), positionals };
}

/**
 * Node decodes arguments leniently: every byte that is not UTF-8 becomes U+FFFD, so that two ids or file names would
 * become one.
 */
function refuseOtherEncodings(args: readonly string[]): void {
  const lossy = args.find((arg) => arg.includes('\ufffd'));
  if (lossy !== undefined)
    throw new UsageError(
      `The argument "${lossy}" is not UTF-8, or contains the replacement character U+FFFD. Pass it as UTF-8.`,
    );
}

function parse(options: Options, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: Object.fromEntries(
        Object.entries(options).map(([key, { type }]) => [key, { type: type === 'boolean' ? type : 'string' }]),
      ),
    });
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')) throw error;
    // Node's message continues with advice that only fits one of several cases.
    throw new UsageError((error as Error).message.replace(/\. To specify.*/s, '.'));
  }
}

function convert(name: string, option: Option, given: unknown) {
  if (option.type === 'boolean') return given === true;
  if (typeof given !== 'string') return option.default;
  if (option.type === 'integer') return integer(name, given, option);
  if (option.type === 'choice' && !option.choices.includes(given))
    throw new UsageError(`${name} must be ${option.choices.join(' or ')}, not "${given}".`);
  return given;
}

function integer(name: string, given: string, { min, max }: Integer): number {
  const value = Number(given);
  if (/^-?\d+$/.test(given) && value >= min && value <= max) return value;
  throw new UsageError(`${name} must be a whole number from ${min} to ${max}, not "${given}".`);
}
