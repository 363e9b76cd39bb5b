import { describe, expect, test } from '@jest/globals';
import { requireFreePorts } from '../../infra/local/stack/ports.ts';
import { readStackSettings } from '../../infra/local/stack/settings.ts';

describe('a port that the Fetch standard blocks', () => {
  test.each([6000, 6667, 10080])('a port that fetch blocks is rejected for HTTP servers: %i', async (port) => {
    const use = { port, purpose: 'the HTTP API', variable: 'PORT', http: true };
    await expect(requireFreePorts([use], 0)).rejects.toThrow(
      new RegExp(`^Port ${port}, for the HTTP API, is .*bad port.*; set PORT to another\\.$`),
    );
  });

  test('a port that fetch blocks is accepted for Postgres, which has its own protocol', async () => {
    const use = { port: 10080, purpose: 'Postgres', variable: 'POSTGRES_PORT' };
    await expect(requireFreePorts([use], 0)).resolves.toBeUndefined();
  });
});

test('the default ports are outside the range of outgoing connections, and fetch allows them', async () => {
  const { apiPort, postgresPort, queuePort, dataApiPort } = readStackSettings({ DATABASE_DRIVER: 'data-api' });
  for (const port of [apiPort, postgresPort, queuePort, dataApiPort as number]) {
    // ip_local_port_range of Linux; other systems begin at 49,152.
    expect(port).toBeLessThan(32_768);
    await requireFreePorts([{ port, purpose: 'a test', variable: 'PORT', http: true }], 0).catch((error: Error) =>
      // A stack may run on this machine.
      expect(error.message).toContain('is in use'),
    );
  }
});
