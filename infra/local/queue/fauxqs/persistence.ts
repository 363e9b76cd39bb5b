import type { DatabaseSync } from 'node:sqlite';
import { PersistenceManager, SnsStore, type SqsStore } from './parts.ts';

export function loadQueues(directory: string, sqsStore: SqsStore, endpoint: string) {
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
