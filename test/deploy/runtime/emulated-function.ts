import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { installLambdaEmulator } from '../../../infra/localstack/lambda-emulator.ts';
import { installRuntimeClient } from '../../../infra/localstack/lambda-runtime-client.ts';
import { freePorts } from '../../support/free-port.ts';
import { waitUntil } from '../../support/wait-until.ts';

export interface FunctionCode {
  /** Of the unpacked package, absolute. */
  readonly directory: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly timeout: number;
}

/** An execution environment of Lambda. */
export interface EmulatedFunction {
  /** @throws when the function failed. */
  invoke(event: unknown): Promise<unknown>;
  /** Milliseconds from the start of the process until it asked for its first event, as the emulator reports them. */
  readonly initMs: () => number;
  readonly log: () => string;
  stop(): Promise<void>;
}

/** Runs a function under AWS's emulator of Lambda and AWS's runtime client. It starts with its first event. */
export async function startFunction(code: FunctionCode): Promise<EmulatedFunction> {
  const [emulator, client] = [await installLambdaEmulator(console.log), await installRuntimeClient(console.log)];
  const [port = 0, apiPort] = await freePorts(2);
  let log = '';
  const child = spawn(
    emulator,
    [
      ...['--runtime-interface-emulator-address', `127.0.0.1:${port}`],
      ...['--runtime-api-address', `127.0.0.1:${apiPort}`],
      ...[process.execPath, client, code.handler],
    ],
    {
      cwd: code.directory,
      env: {
        PATH: process.env.PATH,
        AWS_LAMBDA_FUNCTION_TIMEOUT: String(code.timeout),
        LAMBDA_TASK_ROOT: code.directory,
        ...code.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // It leads a process group, so that the runtime ends with it.
      detached: true,
    },
  );
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  const address = `http://127.0.0.1:${port}/2015-03-31/functions/function/invocations`;
  await waitUntil('the emulator listens', () => listens(port));

  return {
    async invoke(event) {
      const answer = await fetch(address, { method: 'POST', body: JSON.stringify(event) });
      const text = await answer.text();
      // It returns 200 whatever happens.
      const body = text === '' ? undefined : JSON.parse(text);
      if (body?.errorType) throw new Error(`${code.handler}: ${text}\n${log}`);
      return body;
    },
    initMs: () => Number(/INIT REPORT\(durationMs: ([\d.]+)\)/.exec(log)?.[1]),
    log: () => log,
    stop: () => stop(child),
  };
}

/** Asked without HTTP: any request would be an event. */
async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return once(socket, 'connect')
    .then(
      () => true,
      () => false,
    )
    .finally(() => socket.destroy());
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  process.kill(-child.pid, 'SIGKILL');
  await once(child, 'exit');
}
