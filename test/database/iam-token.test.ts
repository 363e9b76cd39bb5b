import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Database } from '../../lib/database/database.ts';
import { iamTokens } from '../../lib/database/iam-token.ts';
import { connectPg } from '../../lib/database/pg.ts';
import { isRdsProxy } from '../../lib/database/pg-address.ts';
import { selfSignedCertificate } from '../support/certificate.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { recordingLogger } from '../support/recording-logger.ts';

const PROXY = 'orders-prod.proxy-cdotqcqdlwdo.eu-central-1.rds.amazonaws.com';

beforeEach(() => {
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'session',
  });
});

describe('a token of IAM', () => {
  test('an IAM token is a signed address for this server and user, valid for 15 minutes', async () => {
    const token = await iamTokens(`postgres://orders%40app@${PROXY}:5433/orders_db`)();

    const { host, searchParams } = new URL(`https://${token}`);
    expect(host).toBe(`${PROXY}:5433`);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      Action: 'connect',
      DBUser: 'orders@app',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': expect.stringMatching(/^AKIDEXAMPLE\/\d{8}\/eu-central-1\/rds-db\/aws4_request$/),
      'X-Amz-Expires': '900',
      'X-Amz-Security-Token': 'session',
      'X-Amz-SignedHeaders': 'host',
    });
  });

  test('an IAM token is never sent to a server without TLS', async () => {
    const received: Buffer[] = [];
    const database = await connectTo((socket) =>
      socket.on('data', (data) => {
        received.push(data);
        // "No TLS here" (PostgreSQL, "Message Flow", SSL Session Encryption).
        socket.write('N');
      }),
    );

    await expect(database.query('SELECT 1')).rejects.toThrow('The server does not support SSL connections');
    // The eight bytes that ask for TLS, and nothing after them.
    expect(Buffer.concat(received).toString('hex')).toBe('0000000804d2162f');
  });

  test('an IAM token is never sent to a server whose certificate is not trusted', async () => {
    const certificate = await selfSignedCertificate();
    const received: Buffer[] = [];
    const database = await connectTo((socket) =>
      socket.once('data', () => {
        socket.write('S');
        const secure = new TLSSocket(socket, { isServer: true, ...certificate });
        secure.on('data', (data) => received.push(data)).on('error', () => undefined);
      }),
    );

    await expect(database.query('SELECT 1')).rejects.toThrow('self-signed certificate');
    expect(received).toEqual([]);
  });
});

/** The driver with tokens of IAM, connected to a server with this reply. */
async function connectTo(answer: (socket: Socket) => void): Promise<Database> {
  const server = createServer((socket) => answer(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await forThisTest(Promise.resolve({ close: () => once(server.close(), 'close') }));
  const url = `postgres://orders@127.0.0.1:${(server.address() as AddressInfo).port}/orders_db`;
  const database = connectPg({
    url,
    password: iamTokens(url),
    poolSize: 1,
    statementTimeoutMs: 10_000,
    connectTimeoutMs: 10_000,
    logger: recordingLogger(),
  });
  return forThisTest(Promise.resolve(database));
}

describe('an RDS Proxy, which takes no settings with a connection,', () => {
  test.each([
    `postgres://postgres@${PROXY}:5432/orders_db`,
    'postgres://a@orders.proxy-abc123.cn-north-1.rds.amazonaws.com.cn/b',
  ])('an RDS Proxy is recognized by its address: %s', (url) => expect(isRdsProxy(url)).toBe(true));

  test.each([
    'postgres://postgres@orders.cluster-cdotqcqdlwdo.eu-central-1.rds.amazonaws.com/orders_db',
    'postgres://postgres@127.0.0.1:5432/orders_db',
    'postgres:///orders_db?host=/var/run/postgresql',
  ])('an RDS Proxy is not assumed for: %s', (url) => expect(isRdsProxy(url)).toBe(false));
});
