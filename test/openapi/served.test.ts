import { expect, test } from '@jest/globals';
import { handler } from '../../functions/http/get-openapi.ts';
import { DOCUMENT } from '../support/documented.ts';

test('the document in the repository has an absolute server URL, which generators can use', () => {
  const [server] = (DOCUMENT as unknown as { servers: { url: string }[] }).servers;
  expect(new URL(server?.url ?? '').pathname).toBe('/api/v1');
});

test('a stage serves the document with its own URL as the only server', async () => {
  const { body = '' } = await handler();
  const { servers, ...document } = JSON.parse(body) as { servers: { url: string }[] };
  expect(servers.map(({ url }) => new URL(url, 'https://orders.example/openapi.json').href)).toEqual([
    'https://orders.example/api/v1',
  ]);
  expect(document).toEqual({ ...DOCUMENT, servers: undefined });
});
