import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { handler } from '../../functions/http/get-console.ts';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { httpEvent } from '../support/lambda.ts';

const CONSOLE = join(REPOSITORY, 'console');

const ask = (file?: string, headers: Record<string, string> = {}) =>
  handler(
    httpEvent({
      method: 'GET',
      path: file === undefined ? '/console' : `/console/${encodeURIComponent(file)}`,
      routeKey: file === undefined ? 'GET /console' : 'GET /console/{file}',
      headers,
      ...(file !== undefined && { pathParameters: { file } }),
    }),
  );

describe('GET /console', () => {
  test('GET /console returns the page, and each file with its content type', async () => {
    expect(await ask()).toMatchObject({ statusCode: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    const types = {
      'app.js': 'text/javascript; charset=utf-8',
      'style.css': 'text/css; charset=utf-8',
      'icon.svg': 'image/svg+xml',
    };
    for (const [file, type] of Object.entries(types))
      expect(await ask(file)).toMatchObject({ statusCode: 200, headers: { 'content-type': type } });
  });

  test('GET /console forbids the browser what the console does not need', async () => {
    const { headers } = await ask();
    const policy = String(headers?.['content-security-policy']);
    for (const rule of ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'"])
      expect(policy.split('; ')).toContain(rule);
    expect(policy).not.toMatch(/unsafe|https?:|data:|\*/);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  });

  test('GET /console returns 304 for a matching ETag, and the file for another', async () => {
    const { headers } = await ask('app.js');
    const etag = String(headers?.etag);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*'])
      expect(await ask('app.js', { 'if-none-match': known })).toMatchObject({ statusCode: 304, body: '' });
    for (const unknown of ['"other"', etag.slice(1, -1), ''])
      expect(await ask('app.js', { 'if-none-match': unknown })).toMatchObject({ statusCode: 200 });
  });

  test.each([
    '../package.json',
    '..%2Fpackage.json',
    '../console/app.js',
    '/etc/passwd',
    './app.js',
    'app.js/',
    'app.js\0',
    'APP.JS',
    '.',
    '..',
    '',
    'constructor',
    '__proto__',
    'tsconfig.json',
    'types.d.ts',
  ])('GET /console returns 404 for %j', async (file) => {
    const { statusCode, body } = await ask(file);
    expect([statusCode, JSON.parse(body ?? '')]).toEqual([
      404,
      { status_code: 404, code: 'file_not_found', message: 'File not found' },
    ]);
  });

  test('the console has at most 75 kB in total', async () => {
    const files = (await readdir(CONSOLE)).filter((file) => !/\.d\.ts$|\.json$/.test(file));
    const sizes = await Promise.all(files.map(async (file) => (await stat(join(CONSOLE, file))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(75_000);
  });

  test('the console needs no other host: no file names one', async () => {
    for (const file of await readdir(CONSOLE)) {
      const { body = '' } = await ask(file);
      expect(body.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//);
    }
  });
});
