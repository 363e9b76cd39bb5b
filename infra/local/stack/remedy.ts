/** What a system must provide for the programs that npm installs: Postgres and, for this project, Node. */
const SYSTEMS =
  'On Linux it needs glibc 2.28 or later, and does not run on musl (Alpine): use Debian 10, Ubuntu 20.04 or later, or ' +
  '`npm run start:localstack` with a Postgres of your own.';

/** The remedies for the most common causes, by how the system, Postgres and SQLite name them. */
const REMEDIES: readonly (readonly [cause: RegExp, remedy: string])[] = [
  [
    /ENOSPC|EDQUOT|no space left|quota exceeded|disk is full/i,
    'Free some space, or set LOCAL_DIR to a directory with at least 200 MB.',
  ],
  [/EFBIG|SIGXFSZ|file too large|file size limit/i, 'Raise the limit on the size of files (`ulimit -f unlimited`).'],
  [
    /EMFILE|ENFILE|too many open files|insufficient file descriptors/i,
    'Raise the limit on open files (`ulimit -n 4096`).',
  ],
  [/max_stack_depth/, 'Raise the limit on the stack (`ulimit -s 8192`).'],
  [
    /EAGAIN|ENOMEM|resource temporarily unavailable|cannot allocate memory|could not fork/i,
    'Raise the limits on processes and memory (`ulimit -u`, `ulimit -v`), or stop other programs.',
  ],
  [/EROFS|read-only file system|readonly database/i, 'Set LOCAL_DIR to a directory that can be written.'],
  [/could not look up effective user/i, 'Start as a user that /etc/passwd lists, or use `npm run start:localstack`.'],
  [/GLIBC(XX)?_\d|error while loading shared libraries|symbol not found/, SYSTEMS],
  [/spawn .* EACCES/, 'Install the packages again (`npm ci`), on a file system that is not mounted with `noexec`.'],
  [
    /EACCES|EPERM|permission denied|not permitted|invalid permissions|wrong ownership/i,
    'Check its owner, or set LOCAL_DIR.',
  ],
];

/** A cause and its remedy; `otherwise` if none is known. */
export function withRemedy(cause: string, otherwise = ''): string {
  const [, remedy = otherwise] = REMEDIES.find(([pattern]) => pattern.test(cause)) ?? [];
  const sentence = cause.trim().replace(/\.?$/, '.');
  return remedy ? `${sentence} ${remedy}` : sentence;
}

/** Root in a container without the capabilities of root, or without other users. */
export function noOtherUser(code: string): string {
  return (
    `Postgres refuses to run as root, and this root cannot run it as another user (${code}). Start as an ordinary user, or ` +
    'use `npm run start:localstack` with a Postgres of your own.'
  );
}

/**
 * npm omits the package with --omit=optional, and if package-lock.json says that it cannot run (`os`, `cpu`, `libc`).
 */
export function notInstalled(name: string): string {
  return `Missing: ${name} in node_modules. Run \`npm ci\` (without --omit=optional). ${SYSTEMS}`;
}

/** Why an existing program could not be run at all: the kernel reports a missing loader as a missing file. */
export const NO_LOADER = `This system cannot run the Postgres that npm installed. ${SYSTEMS}`;

/** What Postgres and its programs write after the cause of a failure, or next to it. */
const ASIDES = /^(initdb: (removing|hint)|child process|.*\b(HINT|DETAIL|CONTEXT|LOG|WARNING|STATEMENT):|$)/;

/** The line of Postgres' output that contains the cause of the failure. */
export function causeIn(output: string): string | undefined {
  const lines = output.trim().split('\n');
  const ends = lines.filter((line) => /FATAL|PANIC/.test(line));
  const cause =
    // A PANIC may only follow from it.
    ends.find((line) => REMEDIES.some(([pattern]) => pattern.test(line))) ??
    ends.at(-1) ??
    lines.find((line) => /error:|could not/.test(line)) ??
    lines.findLast((line) => !ASIDES.test(line));
  return cause?.replace(/^.*?(FATAL|PANIC|error):\s*/, '');
}

/** The line about a failure of the system, such as a full disk. Undefined for anything else, which is a bug. */
export function systemFailure(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const isSystem = 'syscall' in error || error.code === 'ERR_SQLITE_ERROR';
  return isSystem ? withRemedy(error.message) : undefined;
}
