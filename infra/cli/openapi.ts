/** `npm run openapi`: writes the OpenAPI document of the API to where the service and the client's generator read it. */
import { readFile, writeFile } from 'node:fs/promises';
import { openApiDocument } from '../../lib/openapi/document.ts';

const FILE = new URL('../../docs/openapi.json', import.meta.url);

const manifest: { version: string } = JSON.parse(
  await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
);
await writeFile(FILE, `${JSON.stringify(openApiDocument(manifest.version), null, 2)}\n`);
console.log('docs/openapi.json is written.');
