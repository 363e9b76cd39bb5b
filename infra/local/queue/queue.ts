import type { DatabaseSync } from 'node:sqlite';
import { buildApp } from 'fauxqs';
// startFauxqs() listens on every interface of the machine. What it puts together is not exported, so it is named by path.
import { PersistenceManager } from '../../../node_modules/fauxqs/dist/persistence.js';
import { S3Store } from '../../../node_modules/fauxqs/dist/s3/s3Store.js';
import { SnsStore } from '../../../node_modules/fauxqs/dist/sns/snsStore.js';
import { SqsStore } from '../../../node_modules/fauxqs/dist/sqs/sqsStore.js';
import { refusalOf } from '../stack/refuse-strangers.ts';

export interface QueueServerOptions {
  /** 0 takes any free one. */
  readonly port: number;
  /** Where queues and messages outlive the process, `kill -9` included. Without it they are in memory only. */
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
  // Without a host, queue URLs carry the host and port by which the client has reached us, which resolves everywhere.
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
  /** What was written is kept from now on, should the process die. */
  commit(): void;
  close(): void;
}

function loadQueues(directory: string, sqsStore: SqsStore, endpoint: string): QueueFile {
  const persistence = new PersistenceManager(directory);
  const { db } = persistence as unknown as { db: DatabaseSync };
  // In WAL mode this survives the death of the process. A power cut may lose the last messages, and the sweep sends
  // those again; waiting for the disk with each message would cost most of the throughput.
  db.exec('PRAGMA synchronous = NORMAL');
  // The port may be another one than last time.
  db.prepare(`UPDATE sqs_queues SET url = ? || '/000000000000/' || name`).run(endpoint);
  // Its own version sets a column to NULL that is NOT NULL: a message made visible again was lost by the error.
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
 * Makes what is written for one request, ten messages mostly, one transaction; by itself each message is one.
 * @returns what commits: to be called before the answer is sent. What no request has caused is committed by itself.
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
 * The long poll of a client that was killed still takes messages, and would hide them for a whole visibility time-out.
 * @param received the answer that nobody was there to read.
 */
function takeBack(sqsStore: SqsStore, request: unknown, received: unknown): void {
  const { QueueUrl } = request as { QueueUrl?: string };
  if (QueueUrl === undefined || typeof received !== 'string') return;
  const { Messages = [] } = JSON.parse(received) as { Messages?: { ReceiptHandle: string }[] };
  const queue = sqsStore.getQueue(QueueUrl);
  for (const { ReceiptHandle } of Messages) queue?.changeVisibility(ReceiptHandle, 0);
}
