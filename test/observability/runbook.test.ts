import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { ROUTES } from '../../lib/routes.ts';
import '../support/starts-processes.ts';

const run = promisify(execFile);

let runbook: string;
beforeAll(async () => {
  runbook = await readFile(join(REPOSITORY, 'docs/runbook.md'), 'utf8');
});

describe('the runbook', () => {
  test('the runbook names commands that exist', async () => {
    const { scripts } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8')) as { scripts: object };
    const cli = join(REPOSITORY, 'cli/orders.ts');
    const { stdout: help } = await run(process.execPath, [cli, '--help'], {
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    // `  pause, resume  processing`
    const commands = [...help.matchAll(/^ {2}([a-z, -]+?) {2}/gm)].flatMap(([, names = '']) => names.split(', '));
    for (const [, script = '', command] of runbook.matchAll(/npm run ([\w:]+)(?: -- ([\w-]+))?/g)) {
      expect(scripts).toHaveProperty([script]);
      if (script === 'orders' && command) expect(commands).toContain(command);
    }
  });

  test('the runbook names requests that exist', () => {
    const known = ROUTES.map(({ method, path }) => `${method} ${path}`);
    const named = [...runbook.matchAll(/curl (?:-i )?(?:-X (\w+) )?"\$ORDERS_URL(\/[^"]+)"/g)];
    expect(named.length).toBeGreaterThan(2);
    for (const [, method = 'GET', path = ''] of named)
      expect(known).toContain(`${method} /api/v1${path.replace('$ORDER', '{order_id}')}`);
  });

  test('each link in the runbook has a target', () => {
    const anchors = new Set(
      [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-')),
    );
    for (const [, anchor = ''] of runbook.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(anchor);
  });
});
