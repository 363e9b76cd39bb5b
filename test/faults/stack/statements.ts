/**
 * The service's statements and requests by name, for the preloads of this folder. Each contains a phrase that no other one
 * contains. Steps and undos are recorded by the same statement, with different values.
 */
const STATEMENTS = {
  insert: 'INSERT INTO public.orders',
  'make due': 'WITH unsent AS MATERIALIZED',
  claim: 'AS lost_too_often',
  finish: 'json_to_recordset($1::json) AS v(',
  'record undo': 'INSERT INTO public.order_steps',
  'record step': 'INSERT INTO public.order_steps',
  'read steps': 'JOIN public.order_steps s ON',
  'store signal': 'order_signals (owner, order_id, run, name, payload)',
  'time out': 'order_signals (owner, order_id, run, name)',
  cancel: 'AS status_before',
  'due orders': 'ORDER BY due_at LIMIT',
  postpone: 'sends = o.sends + 1',
} as const;

const REQUESTS = {
  SendMessageBatchCommand: 'send',
  ReceiveMessageCommand: 'receive',
  DeleteMessageBatchCommand: 'delete',
} as const;

export type Statement = keyof typeof STATEMENTS;
export type QueueRequest = (typeof REQUESTS)[keyof typeof REQUESTS];

export function statementOf(sql: unknown, [first]: readonly unknown[] = []): Statement | undefined {
  if (typeof sql !== 'string') return undefined;
  const isUndo = typeof first === 'string' && first.includes('"undone":true');
  return (Object.keys(STATEMENTS) as Statement[]).find(
    (name) => sql.includes(STATEMENTS[name]) && (name !== 'record undo' || isUndo),
  );
}

export function requestOf(command: object): QueueRequest | undefined {
  return (REQUESTS as Readonly<Record<string, QueueRequest>>)[command.constructor.name];
}
