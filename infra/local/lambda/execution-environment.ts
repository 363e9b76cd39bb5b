import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { endOf } from '../stack/process/part.ts';
import type { FunctionDefinition } from './deployment.ts';
import type { EnvironmentReport, EnvironmentStart, Invocation } from './lambda-environment.ts';

const ENTRY = fileURLToPath(new URL('lambda-environment.ts', import.meta.url));

/**
 * The timeout for loading a handler, in milliseconds. Lambda allows 10 s for its init phase; a laptop that starts a
 * database and ten environments at the same time gets three times that.
 */
const INIT_TIMEOUT_MS = 30_000;

/** An invocation without a response: it threw, timed out, or lost its process. The message is for the log. */
export class InvocationFailed extends Error {
  override readonly name = 'InvocationFailed';
}

/**
 * One execution environment of a function, seen from outside: a child process that serves one invocation at a time. It
 * is a separate process, so that an order that crashes or blocks it affects only its own batch, and so that a timeout
 * is a real kill.
 */
export class ExecutionEnvironment {
  /** Settles when the handler is loaded. @throws InvocationFailed if it could not be loaded */
  readonly ready: Promise<void>;
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>;
  readonly #definition: FunctionDefinition;
  readonly #child: ChildProcess;
  readonly #init = Promise.withResolvers<void>();
  #current: { readonly requestId: string; readonly outcome: PromiseWithResolvers<string> } | undefined;
  /** Why this process killed it, if it did. */
  #sentence: string | undefined;
  #alive = true;

  constructor(definition: FunctionDefinition) {
    this.#definition = definition;
    this.ready = this.#init.promise;
    this.#child = fork(ENTRY, [JSON.stringify(startOf(definition))], {
      env: { ...process.env, ...definition.environment },
      execArgv: [
        `--max-old-space-size=${definition.memoryMb}`,
        // On Node 22, type stripping would print a warning at each start.
        '--disable-warning=ExperimentalWarning',
      ],
      // Payloads are long strings, which this copies unchanged; JSON would escape every quote in them again.
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (message) => this.#read(message as EnvironmentReport));
    this.exited = endOf(this.#child).then((how) => this.#ended(how));
    this.#limit(INIT_TIMEOUT_MS, this.ready, 'loading the handler');
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /**
   * Runs the handler on an event in JSON, and returns its response in JSON. Only one invocation at a time.
   * @throws InvocationFailed if the handler throws, exceeds the function's timeout, or its process ends
   */
  invoke(payload: string): Promise<string> {
    const outcome = Promise.withResolvers<string>();
    const invocation: Invocation = {
      requestId: randomUUID(),
      payload,
      deadline: Date.now() + this.#definition.timeoutMs,
    };
    this.#current = { requestId: invocation.requestId, outcome };
    // A send that fails means that the process is exiting; its exit fails the invocation.
    this.#child.send(invocation, () => {});
    this.#limit(this.#definition.timeoutMs, outcome.promise, 'its task');
    return outcome.promise;
  }

  /** Kills the process immediately, including its current invocation. */
  kill(why: string): void {
    this.#sentence ??= why;
    this.#child.kill('SIGKILL');
  }

  #limit(milliseconds: number, work: Promise<unknown>, what: string): void {
    const timer = setTimeout(() => this.kill(`timed out after ${milliseconds / 1000} s in ${what}`), milliseconds);
    const clear = () => clearTimeout(timer);
    work.then(clear, clear);
  }

  #read(report: EnvironmentReport): void {
    if (report.type === 'ready') this.#init.resolve();
    else if (report.type === 'init failed') this.kill(report.reason);
    else if (report.requestId === this.#current?.requestId) {
      const { outcome } = this.#current;
      this.#current = undefined;
      if (report.type === 'returned') outcome.resolve(report.result);
      else outcome.reject(new InvocationFailed(report.reason));
    }
  }

  #ended(how: string): void {
    this.#alive = false;
    const failure = new InvocationFailed(this.#sentence ?? `the process ${how}`);
    this.#init.reject(failure);
    this.#current?.outcome.reject(failure);
    this.#current = undefined;
  }
}

function startOf({ file, exportName, functionName, functionArn, memoryMb }: FunctionDefinition): EnvironmentStart {
  return { file, exportName, functionName, functionArn, memoryMb };
}
