import { buildApp } from 'fauxqs';
import { refusalOf } from '../stack/refuse-strangers.ts';
import { S3Store, SnsStore, SqsStore } from './fauxqs/parts.ts';
import { loadQueues } from './fauxqs/persistence.ts';

interface QueueServerOptions {
  /** 0 selects any free port. */
  readonly port: number;
  /** Where queues and messages survive the process, `kill -9` included. Without it, they are only in memory. */
  readonly directory?: string;
}

export interface QueueServer {
  /** Without a trailing slash. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** A server of the SQS protocol (fauxqs) on the loopback address. */
export async function startQueueServer({ port, directory }: QueueServerOptions): Promise<QueueServer> {
  const sqsStore = new SqsStore();
  // Without a host, queue URLs contain the host and port of the client's request, which always resolves.
  sqsStore.host = '';
  const persistence = directory === undefined ? undefined : loadQueues(directory, sqsStore, `http://127.0.0.1:${port}`);

  const stores = { sqsStore, snsStore: new SnsStore(), s3Store: new S3Store() };
  const app = buildApp({ logger: false, defaultRegion: 'us-east-1', stores });
  app.addHook('onRequest', async (request, reply) => {
    const refusal = refusalOf(request.headers);
    if (refusal !== undefined) await reply.code(403).send({ message: refusal });
  });
  app.addHook('onSend', async (request, _reply, payload) => {
    persistence?.commit();
    if (request.raw.socket.destroyed) takeBack(sqsStore, request.body, payload);
  });
  const endpoint = await app.listen({ host: '127.0.0.1', port });
  return {
    endpoint,
    async stop() {
      await app.close();
      persistence?.commit();
      persistence?.close();
    },
  };
}

/**
 * The long poll of a killed client still receives messages, and would hide them for a whole visibility timeout.
 * @param received the response that no client was there to read
 */
function takeBack(sqsStore: SqsStore, request: unknown, received: unknown): void {
  const { QueueUrl } = request as { QueueUrl?: string };
  if (QueueUrl === undefined || typeof received !== 'string') return;
  const { Messages = [] } = JSON.parse(received) as { Messages?: { ReceiptHandle: string }[] };
  const queue = sqsStore.getQueue(QueueUrl);
  for (const { ReceiptHandle } of Messages) queue?.changeVisibility(ReceiptHandle, 0);
}
