import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { withoutPassword } from '../../infra/local/stack/console.ts';
import { lockDirectory } from '../../infra/local/stack/lock.ts';
import { writeStackFile } from '../../infra/local/stack/stack-file.ts';
import { loadDatabaseConfig } from '../../lib/config.ts';
import { ConfigError } from '../../lib/errors.ts';
import '../support/starts-processes.ts';
import { makeStackHome, StackProcess } from './stack-process.ts';

/** Each has the password secret in one of the ways that a URL has for it, or a special character in it. */
const WITH_PASSWORD = [
  'postgres://u:secret@h/db',
  'postgres://:secret@h/db',
  'postgres://u:p@secret@h/db',
  'postgres://u:sec%72et-secret@h:5432/db?sslmode=require',
  'postgres://h/db?user=u&password=secret',
  'postgres://h/db?PASSWORD=secret',
  'postgres://u:x@h/db?sslpassword=secret',
  'postgresql://u:secret@[::1]:5432/db',
];

/** A password with a bare special character: what is behind it is no longer a password to a parser. */
const AMBIGUOUS = [
  'postgres://u:pa/secret@h/db',
  'postgres://u:1/secret@h/db',
  'postgres://u:1?secret@h/db',
  'postgres://u:1#secret@h/db',
  'postgres://u:pa?secret@h/db',
  'postgres://u:pa#secret@h/db',
  'postgres:secret',
  'host=h password=secret',
];

describe('the password in DATABASE_URL', () => {
  test.each([...WITH_PASSWORD, ...AMBIGUOUS])('the password in DATABASE_URL is not printed for %s', (url) => {
    expect(withoutPassword(url)).not.toMatch(/secret|sec%72et/);
  });

  test('a redacted DATABASE_URL still shows the address of the database', () => {
    expect(withoutPassword('postgres://orders:secret@db.example:6432/orders_db?sslmode=require')).toBe(
      'postgres://orders:***@db.example:6432/orders_db?…',
    );
    expect(withoutPassword('postgres://postgres@127.0.0.1:15432/orders_db')).toBe(
      'postgres://postgres@127.0.0.1:15432/orders_db',
    );
  });

  test.each(AMBIGUOUS)('the password in DATABASE_URL is rejected in %s, in a message without it', (url) => {
    const load = () => loadDatabaseConfig({ DATABASE_DRIVER: 'pg', DATABASE_URL: url });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow('special characters of the password percent-encoded');
    expect(load).not.toThrow('secret');
  });

  test.each([...WITH_PASSWORD, 'postgres://u:p@/db?host=/var/run', 'postgres:///db', 'postgres://%2Ftmp/db'])(
    'the password in DATABASE_URL is accepted in %s',
    (url) => {
      expect(loadDatabaseConfig({ DATABASE_DRIVER: 'pg', DATABASE_URL: url })).toMatchObject({ DATABASE_URL: url });
    },
  );

  test.each([
    ['postgres://127.0.0.1:1/orders_db?user=postgres&password=secret', 'expected at postgres://127.0.0.1:1/orders_db'],
    ['postgres://u:1/secret@h/db', 'percent-encoded'],
  ])('start:localstack does not print the password with %s', async (url, line) => {
    const home = await makeStackHome();
    const stack = new StackProcess('start --external', { ...home.env, DATABASE_URL: url });
    try {
      await stack.says(line);
    } finally {
      if (stack.running) stack.pressCtrlC();
      await stack.exit;
      await home.remove();
    }
    expect(stack.output).not.toContain('secret');
  });
});

describe('the directory of a local stack', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'order-backend-modes-'));
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

  test('the directory of a local stack is private when it is created, and an existing one is unchanged', () => {
    const made = join(parent, 'made');
    lockDirectory(made, 'a test').release();
    // For root, others may pass through it: Postgres runs as one of them.
    expect(modeOf(made)).toBe(process.getuid?.() === 0 ? '711' : '700');
    chmodSync(parent, 0o755);
    lockDirectory(parent, 'a test').release();
    expect(modeOf(parent)).toBe('755');
  });

  test('the stack.json of a local stack is readable only by its user', () => {
    const addresses = { api: '', postgres: 'postgres://u:secret@h/db', sqs: '', queueUrl: '', deadLetterQueueUrl: '' };
    writeStackFile(parent, { ...addresses, external: true, processes: {} });
    chmodSync(join(parent, 'stack.json'), 0o644);
    writeStackFile(parent, { ...addresses, external: true, processes: {} });
    expect(modeOf(join(parent, 'stack.json'))).toBe('600');
  });
});
