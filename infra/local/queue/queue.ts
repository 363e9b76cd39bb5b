import type { DatabaseSync } from 'node:sqlite';
import { buildApp } from 'fauxqs';
// startFauxqs() listens on every interface of the machine. Its parts are not exported, so they are imported by path.
import { PersistenceManager } from '../../../node_modules/fauxqs/dist/persistence.js';
import { S3Store } from '../../../node_modules/fauxqs/dist/s3/s3Store.js';
import { SnsStore } from '../../../node_modules/fauxqs/dist/sns/snsStore.js';
import { SqsStore } from '../../../node_modules/fauxqs/dist/sqs/sqsStore.js';
import { refusalOf } from '../stack/refuse-strangers.ts';

export interface QueueServerOptions {
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

interface QueueFile {
  /** From now on, data that was written survives the death of the process. */
  commit(): void;
  close(): void;
}

function loadQueues(directory: string, sqsStore: SqsStore, endpoint: string): QueueFile {
  const persistence = new PersistenceManager(directory);
  const { db } = persistence as unknown as { db: DatabaseSync };
  // In WAL mode, this survives the death of the process. A power failure may lose the last messages, and the sweep
  // sends those again; waiting for the disk for each message would cost most of the throughput.
  db.exec('PRAGMA synchronous = NORMAL');
  // The port may differ from the last time.
  db.prepare(`UPDATE sqs_queues SET url = ? || '/000000000000/' || name`).run(endpoint);
  // The original sets a NOT NULL column to NULL: the error lost a message that was made visible again.
  const makeVisible = db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  );
  persistence.updateMessageReady = (messageId) => void makeVisible.run(messageId);

  persistence.loadSqsAndSns(sqsStore, new SnsStore());
  sqsStore.persistence = persistence;
  for (const queue of sqsStore.allQueues()) queue.persistence = persistence;
  return { commit: shareTransactions(persistence, db), close: () => persistence.close() };
}

/**
 * Combines the writes of one request, usually ten messages, into one transaction; originally, each message is one.
 * @returns a function that commits, to be called before the response is sent. Writes outside of a request are committed
 * individually
 */
function shareTransactions(persistence: PersistenceManager, db: DatabaseSync): () => void {
  const begin = db.prepare('BEGIN');
  const end = db.prepare('COMMIT');
  const commit = () => {
    if (db.isTransaction) end.run();
  };
  for (const name of ['insertMessage', 'deleteMessage', 'updateMessageInflight', 'updateMessageReady'] as const) {
    const write = persistence[name].bind(persistence) as (...values: unknown[]) => void;
    persistence[name] = (...values: unknown[]) => {
      if (!db.isTransaction) {
        begin.run();
        setImmediate(commit);
      }
      write(...values);
    };
  }
  return commit;
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
