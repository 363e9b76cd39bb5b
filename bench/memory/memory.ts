import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { OrderBackend } from '../../load/order-backend.ts';
import { makeStackHome, stackFileOf, startStack } from '../../test/stack/stack-process.ts';
import { descendantsOf } from '../../test/support/processes.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import type { BenchOptions } from '../bench-options.ts';
import { type Result, whole } from '../result.ts';
import { type MemoryUse, memoryOf } from './process-memory.ts';

const FULL = { orders: 20_000 };
const TINY: typeof FULL = { orders: 50 };

/** Posts in flight. */
const CONNECTIONS = 20;
/** Milliseconds. */
const POST_TIMEOUT_MS = 10_000;
const DRAIN_MS = 300_000;
const REST_MS = 1_000;

type Uses = ReadonlyMap<string, MemoryUse>;

/** (f) The memory of the processes of the stack after the start, and after a load. */
export async function benchMemory({ tiny }: BenchOptions): Promise<Result> {
  const { orders } = tiny ? TINY : FULL;
  const home = await makeStackHome();
  const stack = await startStack({ ...home, env: { ...home.env, PROCESSING_DELAY_MS: '0' } });
  try {
    const file = stackFileOf(home);
    const idle = await atRest(() => measure(file.processes));
    await work(file.api, orders);
    const afterwards = await measure(file.processes);
    return toResult(idle, afterwards, orders);
  } finally {
    stack.pressCtrlC();
    await stack.exit;
    await home.remove();
  }
}

/** The first result that is not clearly lower than the one before: the processes free memory right after the start. */
async function atRest(read: () => Promise<Uses>): Promise<Uses> {
  for (let before = await read(); ; ) {
    await sleep(REST_MS);
    const now = await read();
    if (totalOf(now).bytes > 0.99 * totalOf(before).bytes) return now;
    before = now;
  }
}

async function measure(processes: Readonly<Record<string, number>>): Promise<Uses> {
  const uses = new Map<string, MemoryUse>();
  for (const [name, pid] of Object.entries(processes)) {
    // All others are its children, and are listed separately.
    const pids = name === 'supervisor' ? [pid] : [pid, ...descendantsOf(pid)];
    const [own = pid, ...others] = pids;
    uses.set(name, await memoryOf(name === 'worker' ? [own] : pids));
    if (name === 'worker') uses.set('execution environments', await memoryOf(others));
  }
  return uses;
}

/** Posts orders, and waits until all are Completed. */
async function work(api: string, orders: number): Promise<void> {
  const backend = new OrderBackend(api);
  let posted = 0;
  const postInTurn = async () => {
    while (posted < orders) {
      posted += 1;
      const order = { order_id: randomUUID(), user_id: 7, item_ids: [1, 2, 3], total_amount: 19.99 };
      await backend.post(order, POST_TIMEOUT_MS);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, postInTurn));
  await waitUntil(
    'all orders are Completed',
    async () => (await backend.statusCounts())?.Completed === orders,
    DRAIN_MS,
  );
  backend.close();
}

function toResult(idle: Uses, afterwards: Uses, orders: number): Result {
  const names = [...afterwards.keys()];
  const cells = (use: MemoryUse | undefined) => [String(use?.processes ?? 0), megabytes(use)];
  return {
    method:
      '`npm start`, measured when it is ready and at rest, and again after ' +
      `${whole(orders)} orders have been posted over HTTP and Completed, without simulated work. ` +
      (process.platform === 'linux'
        ? 'Proportional set sizes: shared memory is divided among the processes that share it.'
        : 'Resident set sizes: shared memory counts once for each process that shares it.'),
    tables: [
      {
        title: 'Megabytes',
        columns: ['', 'processes', 'MB at rest', 'processes', 'MB afterwards'],
        rows: [
          ...names.map((name) => [name, ...cells(idle.get(name)), ...cells(afterwards.get(name))]),
          ['together', ...cells(totalOf(idle)), ...cells(totalOf(afterwards))],
        ],
      },
    ],
  };
}

function totalOf(uses: Uses): MemoryUse {
  return {
    processes: [...uses.values()].reduce((sum, { processes }) => sum + processes, 0),
    bytes: [...uses.values()].reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function megabytes(use: MemoryUse | undefined): string {
  return whole((use?.bytes ?? 0) / 1e6);
}
