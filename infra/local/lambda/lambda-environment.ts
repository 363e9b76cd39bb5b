/**
 * A Lambda execution environment: a process that loads one handler and runs one invocation at a time. Its parent is
 * execution-environment.ts. Its one argument is its configuration in JSON; invocations come over IPC. On Lambda, the
 * process is frozen between invocations; here it is not, so timers that a handler leaves behind continue.
 */
import { enableCompileCache } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Context } from 'aws-lambda';
import { watchParent } from '../stack/process/watch-parent.ts';
import type { FunctionDefinition } from './deployment.ts';

/** A function, without its variables: they are those of the process. */
export type EnvironmentStart = Pick<
  FunctionDefinition,
  'file' | 'exportName' | 'functionName' | 'functionArn' | 'memoryMb'
>;

export interface Invocation {
  readonly requestId: string;
  /** The event in JSON, as Lambda's Invoke API takes it. */
  readonly payload: string;
  /** When the invocation is killed, in milliseconds since 1970. */
  readonly deadline: number;
}

export type EnvironmentReport =
  | { readonly type: 'ready' }
  | { readonly type: 'init failed'; readonly reason: string }
  | { readonly type: 'returned'; readonly requestId: string; readonly result: string }
  | { readonly type: 'failed'; readonly requestId: string; readonly reason: string };

/**
 * The part of Lambda's context object that Node 24 still has; `done`, `fail` and `succeed` were removed with callbacks.
 */
type InvocationContext = Omit<Context, 'done' | 'fail' | 'succeed'>;
type Handler = (event: unknown, context: InvocationContext) => unknown;

async function loadHandler({ file, exportName }: EnvironmentStart): Promise<Handler> {
  const module: Record<string, unknown> = await import(pathToFileURL(file).href);
  const handler = module[exportName];
  if (typeof handler !== 'function') throw new Error(`${file} exports no function "${exportName}"`);
  return handler as Handler;
}

async function run(handler: Handler, start: EnvironmentStart, invocation: Invocation): Promise<EnvironmentReport> {
  const { requestId, payload, deadline } = invocation;
  const context: InvocationContext = {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: start.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: start.functionArn,
    memoryLimitInMB: String(start.memoryMb),
    logGroupName: `/aws/lambda/${start.functionName}`,
    logStreamName: String(process.pid),
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  try {
    const result = await handler(JSON.parse(payload), context);
    return { type: 'returned', requestId, result: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    return { type: 'failed', requestId, reason: describe(error) };
  }
}

/** The stack of an error, or readable text for any other thrown value. */
function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : `${String(error)} was thrown`;
}

function report(message: EnvironmentReport): void {
  process.send?.(message);
}

// The parent decides when an environment ends. Ctrl-C reaches the whole process group, and a running invocation must be
// able to finish.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
// The parent is gone, perhaps after kill -9, so there is nobody to respond to.
process.on('disconnect', () => process.exit());
if (!process.connected) process.exit();
watchParent();

// All environments compile the same files. With the cache, a start takes 250 ms of CPU instead of 360 (measured).
enableCompileCache();
const start: EnvironmentStart = JSON.parse(process.argv[2] ?? '{}');
try {
  const handler = await loadHandler(start);
  process.on('message', async (invocation: Invocation) => report(await run(handler, start, invocation)));
  report({ type: 'ready' });
} catch (error) {
  // The parent ends this process once it has read why.
  report({ type: 'init failed', reason: describe(error) });
}
