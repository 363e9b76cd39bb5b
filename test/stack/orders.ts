import { fetchDocumented } from '../support/documented.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Posts an order until it is accepted, as a client does while the service restarts; a duplicate was accepted before. */
export async function post(api: string, orderId: string): Promise<void> {
  const body = JSON.stringify({ order_id: orderId, user_id: 7, item_ids: [1, 2], total_amount: 19.99 });
  await waitUntil(`order ${orderId} is accepted`, async () => {
    const response = await fetchDocumented(`${api}/orders`, { method: 'POST', body }).catch(unlessRefused);
    await response?.arrayBuffer();
    return response?.status === 202 || response?.status === 400;
  });
}

/** Undefined when the service does not answer, or does not know it. */
export async function statusOf(api: string, orderId: string): Promise<string | undefined> {
  const response = await fetchDocumented(`${api}/orders/${orderId}`).catch(unlessRefused);
  const order = (await response?.json().catch(() => undefined)) as { status?: string } | undefined;
  return order?.status;
}

export async function postAndComplete(api: string, orderId: string): Promise<void> {
  await post(api, orderId);
  await waitUntil(`order ${orderId} is Completed`, async () => (await statusOf(api, orderId)) === 'Completed');
}

/** No answer at all, as from a service that restarts, is a TypeError of fetch. */
function unlessRefused(error: unknown): undefined {
  if (!(error instanceof TypeError)) throw error;
}
