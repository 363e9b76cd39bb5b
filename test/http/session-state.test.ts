import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { encodeMessage } from '../../lib/queue/message.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';

/**
 * What makes RDS Proxy pin a connection to PostgreSQL (Amazon RDS User Guide, "Avoiding pinning an RDS Proxy"): then as many
 * containers as there are keep a connection of the database each. Calls of stored functions do not.
 */
const PINS =
  /\bset_config\b|\bSET (LOCAL|SESSION|TIME|[a-z_.]+ (=|TO) )|\bRESET\b|\bPREPARE\b|\bDEALLOCATE\b|\bDISCARD\b|\bLISTEN\b|\bDECLARE\b|\bTEMP|\b(next|set|curr)val\b|\bpg_(try_)?advisory_lock|^LOAD\b/m;

let service: Functions;
const sent: Buffer[] = [];
const recorder = createServer((client) => {
  const { hostname, port } = new URL(target);
  const server = connect(Number(port), hostname);
  client.on('data', (data) => sent.push(data));
  client.pipe(server).pipe(client);
  client.on('error', () => server.destroy());
  server.on('error', () => client.destroy());
});
let target: string;

beforeAll(async () => {
  service = await loadFunctions({
    settings: { RETRY_BASE_MS: '1', MAX_ATTEMPTS: '1' },
    via: async (url) => {
      target = url;
      recorder.listen(0, '127.0.0.1');
      await once(recorder, 'listening');
      const recorded = new URL(url);
      recorded.port = String((recorder.address() as AddressInfo).port);
      return recorded.href;
    },
  });
});

afterAll(async () => {
  await service.close();
  recorder.close();
});

const order = (id: string) => ({ order_id: id, user_id: 1, item_ids: [1], total_amount: 1 });

/** The statements on the wire: the texts of Parse and Query messages (PostgreSQL, "Message Formats"). */
function statements(): string[] {
  return Buffer.concat(sent)
    .toString('latin1')
    .split('\0')
    .filter((text) => /\b(SELECT|INSERT|UPDATE|DELETE|WITH|BEGIN|COMMIT|SET)\b/.test(text));
}

test('no statement of the functions changes the state of its session, which would pin it to a connection of RDS Proxy', async () => {
  for (const id of ['a', 'b', 'c']) expect((await service.post(order(id))).status).toBe(202);
  expect((await service.post(order('k'), { 'idempotency-key': 'key' })).status).toBe(202);
  await service.ask('createOrders', { body: { orders: [order('d'), order('e')] } });
  await service.deliver([encodeMessage('a'), encodeMessage('b')]);
  await service.ask('cancelOrder', { orderId: 'c' });
  await service.ask('redriveOrder', { orderId: 'c' });
  await service.redrive({ all: true });
  for (const name of ['pauseProcessing', 'resumeProcessing', 'getProcessing', 'getMetrics', 'getHealth'] as const)
    await service.ask(name);
  for (const name of ['listOrders', 'listFailures'] as const) await service.ask(name);
  await service.getHistory('a');
  await service.sweep();

  // A direct connection prepares its session, and is allowed to; RDS Proxy is known by its address, and is not asked to.
  const opening = (text: string) => text.includes("set_config('statement_timeout'");
  const ofFunctions = statements().filter((text) => !opening(text));
  expect(ofFunctions.filter((text) => text.includes('act_as')).length).toBeGreaterThan(3);
  expect(ofFunctions.filter((text) => PINS.test(text))).toEqual([]);
});

test('only migrations, and sessions of direct connections, change settings', () => {
  const root = join(import.meta.dirname, '../..');
  const files = globSync('{lib,functions}/**/*.ts', { cwd: root });
  expect(files.length).toBeGreaterThan(80);
  const changing = files.filter((file) => readFileSync(join(root, file), 'utf8').includes('set_config('));
  expect(changing.sort()).toEqual([
    'lib/database/app-role.ts',
    'lib/database/migrations.ts',
    'lib/database/pg-session.ts',
  ]);
});

test('the check notices each statement that pins', () => {
  for (const statement of [
    `SELECT set_config('orders.actor', $1, true)`,
    `SET search_path = ''`,
    'SET LOCAL lock_timeout = 1',
    'SELECT pg_advisory_lock(1)',
    "SELECT nextval('numbers')",
  ])
    expect(statement).toMatch(PINS);
});
