/**
 * Writes api.ts, the types of the API, from its OpenAPI document. The hash in its first line says of which: a test of
 * the service compares it, so that the two cannot differ.
 */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const document = await readFile(new URL('../docs/openapi.json', import.meta.url), 'utf8');
const hash = createHash('sha256').update(document).digest('hex');
const types = astToString(await openapiTS(document));
await writeFile(
  new URL('api.ts', import.meta.url),
  `// Made by openapi-typescript of docs/openapi.json (sha256 ${hash}): run "npm run openapi".\n\n${types}`,
);
console.log('client/api.ts is written.');
