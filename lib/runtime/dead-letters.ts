import { ConfigError } from '../errors.ts';
import { DeadLetters } from '../queue/dead-letters.ts';
import { connections } from './connections.ts';

let deadLetters: DeadLetters | undefined;

/** @throws ConfigError if the queue is not configured */
export function listDeadLetters(): ReturnType<DeadLetters['look']> {
  const url = connections().config.DEAD_LETTER_QUEUE_URL;
  if (!url) throw new ConfigError('Set DEAD_LETTER_QUEUE_URL to list dead letters');
  deadLetters ??= new DeadLetters(url);
  return deadLetters.look();
}
