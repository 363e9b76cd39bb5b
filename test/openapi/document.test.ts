import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { REPOSITORY } from '../../infra/local/stack/settings.ts';
import { openApiDocument } from '../../lib/openapi/document.ts';
import manifest from '../../package.json' with { type: 'json' };

const read = (path: string) => readFile(join(REPOSITORY, path), 'utf8');

test('docs/openapi.json matches the routes and their schemas; "npm run openapi" writes it', async () => {
  expect(JSON.parse(await read('docs/openapi.json'))).toEqual(openApiDocument(manifest.version));
});

test('the types of the client are generated from this document; "npm run openapi" writes them', async () => {
  const hash = createHash('sha256')
    .update(await read('docs/openapi.json'))
    .digest('hex');
  expect(await read('client/api.ts')).toContain(`docs/openapi.json (sha256 ${hash})`);
});
