import { ConfigError, DatabaseError, VerifierUnavailable } from '../errors.ts';

interface ErrorDescription {
  readonly name: string;
  /** ECONNREFUSED, card_declined, or an SQLSTATE. */
  readonly code?: string;
  /** Omitted if the text may quote what a customer sent; then only name, code and stack are logged. */
  readonly message?: string;
  /** The constraint of this service that a row violated. */
  readonly constraint?: string;
  /** The id that AWS assigned to a request that it rejected. */
  readonly aws_request_id?: string;
  readonly stack?: readonly string[];
  readonly cause?: ErrorDescription;
}

/** Enough to get through the layers of this service to the call that failed. */
const MAX_FRAMES = 12;

/** An error, its cause, and the cause of that. */
const MAX_DEPTH = 3;

const FRAME = /^ {4}at .+:\d+:\d+\)?$/;

/**
 * The parts of an error that may be logged: never a value that a customer sent. The texts of errors are full of such
 * values (`invalid input syntax for type integer: "…"`, `Unexpected token … in JSON`, a bank's response), and so are
 * their other properties (the `detail` of Postgres contains the whole row). So only the listed properties are logged,
 * and texts only of errors that are known not to quote data.
 */
export function describeError(error: unknown, depth = 1): ErrorDescription {
  if (!(error instanceof Error)) return { name: `a thrown ${error === null ? 'null' : typeof error}` };
  // The properties that its driver extracted; the rest would repeat them, with values.
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
  // Errors of this project, whose texts contain settings, their accepted values, and addresses.
  if (error instanceof ConfigError || error instanceof VerifierUnavailable) return error.message;
  // Texts of the operating system contain addresses and files. Texts of AWS contain queues, secrets and permissions:
  // apart from the database, whose errors are DatabaseErrors, the services of AWS get only order ids and the name of a
  // secret.
  return 'syscall' in error || '$fault' in error ? error.message : undefined;
}

/**
 * The classes of SQLSTATE in which Postgres describes its own state, the schema or the SQL (PostgreSQL, appendix A). In
 * others, such as 22, 23 and P0, it quotes values, or a trigger can raise any text.
 */
const IMPERSONAL: ReadonlySet<string> = new Set('08 0A 25 28 3D 3F 40 42 53 54 55 57 58 XX'.split(' '));

function quotableOfDatabase({ message, sqlState }: DatabaseError): string | undefined {
  // Without a reply, it is the text of the driver or AWS, and AWS quotes rejected parameters.
  if (sqlState === undefined) return message.split(/['"]/, 1)[0];
  // The Data API puts details on further lines.
  return IMPERSONAL.has(sqlState.slice(0, 2)) ? message.split('\n', 1)[0] : undefined;
}

/** A name or a code, not a sentence, which could contain anything. */
function word(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.:-]{1,100}$/.test(value) ? value : undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function optional<Name extends string, T>(name: Name, value: T | undefined): { [key in Name]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]: T });
}
