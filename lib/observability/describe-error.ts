import { VerifierUnavailable } from '../auth/decision.ts';
import { ConfigError } from '../config.ts';
import { DatabaseError } from '../database/database-error.ts';

/** An error as the log has it. */
export interface ErrorDescription {
  readonly name: string;
  /** ECONNREFUSED, card_declined, or an SQLSTATE. */
  readonly code?: string;
  /** Missing where the text may quote what a customer sent; name, code and stack then have to do. */
  readonly message?: string;
  /** The constraint of ours that a row broke. */
  readonly constraint?: string;
  /** AWS's own id of a request that it refused. */
  readonly aws_request_id?: string;
  readonly stack?: readonly string[];
  readonly cause?: ErrorDescription;
}

/** Enough to see through our layers to the call that failed. */
const MAX_FRAMES = 12;

/** An error, what caused it, and what caused that. */
const MAX_DEPTH = 3;

const FRAME = /^ {4}at .+:\d+:\d+\)?$/;

/**
 * What may be known of an error by whoever reads logs: never a value that a customer sent. Texts of errors are full of
 * them (`invalid input syntax for type integer: "…"`, `Unexpected token … in JSON`, a bank's answer), and so are their
 * further properties (the `detail` of Postgres has the whole row). So only what is listed here gets through, and texts
 * only of errors that are known to quote nothing.
 */
export function describeError(error: unknown, depth = 1): ErrorDescription {
  if (!(error instanceof Error)) return { name: `a thrown ${error === null ? 'null' : typeof error}` };
  // What its driver knows; the rest of that would say it all a second time, and with values.
  const source = error instanceof DatabaseError ? error.cause : error;
  const code = error instanceof DatabaseError ? error.sqlState : property(error, 'code');
  const stack = error.stack?.split('\n').filter((line) => FRAME.test(line));
  const cause =
    error === source && error.cause && depth < MAX_DEPTH ? describeError(error.cause, depth + 1) : undefined;
  return {
    name: word(error.name) ?? 'Error',
    ...optional('code', word(code)),
    ...optional('message', quotable(error)),
    ...optional('constraint', word(property(source, 'constraint'))),
    ...optional('aws_request_id', word(property(property(source, '$metadata'), 'requestId'))),
    ...optional(
      'stack',
      stack?.slice(0, MAX_FRAMES).map((frame) => frame.trim()),
    ),
    ...optional('cause', cause),
  };
}

function quotable(error: Error): string | undefined {
  if (error instanceof DatabaseError) return quotableOfDatabase(error);
  // Ours; they name settings and what they may be, and addresses.
  if (error instanceof ConfigError || error instanceof VerifierUnavailable) return error.message;
  // The operating system speaks of addresses and files. AWS speaks of queues, secrets and permissions: all that we send to a
  // service besides the database, whose errors are DatabaseErrors, are order ids and the name of a secret.
  return 'syscall' in error || '$fault' in error ? error.message : undefined;
}

/**
 * Classes of SQLSTATE in which Postgres speaks of its own state, of our schema or of our SQL (PostgreSQL, appendix A). In
 * others, such as 22, 23 and P0, it quotes values, or says what a trigger of somebody's wants to say.
 */
const IMPERSONAL: ReadonlySet<string> = new Set('08 0A 25 28 3D 3F 40 42 53 54 55 57 58 XX'.split(' '));

function quotableOfDatabase({ message, sqlState }: DatabaseError): string | undefined {
  // Without an answer it is the driver's or AWS's text, and AWS quotes parameters that it minds.
  if (sqlState === undefined) return message.split(/['"]/, 1)[0];
  // The Data API puts the detail on further lines.
  return IMPERSONAL.has(sqlState.slice(0, 2)) ? message.split('\n', 1)[0] : undefined;
}

/** A name or a code, not a sentence: those are made of anything. */
function word(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.:-]{1,100}$/.test(value) ? value : undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function optional<Name extends string, T>(name: Name, value: T | undefined): { [key in Name]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]: T });
}
