/**
 * Writes api.ts, the types of the API, from its OpenAPI document; with --check it only says whether it would change. The
 * hash in its first line identifies the document: a test of the service, which has no generator, compares that.
 */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const FILE = new URL('api.ts', import.meta.url);

const document = await readFile(new URL('../docs/openapi.json', import.meta.url), 'utf8');
const hash = createHash('sha256').update(document).digest('hex');
const types = astToString(await openapiTS(document));
const content = `// Made by openapi-typescript of docs/openapi.json (sha256 ${hash}): run "npm run openapi".\n\n${types}`;

if (!process.argv.includes('--check')) {
  await writeFile(FILE, content);
  console.log('client/api.ts is written.');
} else if (content !== (await readFile(FILE, 'utf8'))) {
  console.error('client/api.ts is not what docs/openapi.json makes it: run "npm run openapi".');
  process.exitCode = 1;
}
