import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * On Linux and Windows, npm installs the Node that this project runs on as a dependency, and npm scripts and npx find
 * it first. An IDE starts another one, and so does `node …` in a shell. The registry has none for macOS, so the
 * machine's own Node runs there. This file is plain JavaScript because any version may load it.
 */

/** The first release that runs TypeScript without a flag (Node.js changelog, "type stripping"). */
const OLDEST_MAJOR = 22;
const OLDEST_MINOR = 18;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * In the environment of the second process: the id of the first. A variable and not a preload, because jest's workers
 * inherit the arguments of Node, and a worker that preloads die-with-parent.ts ends before it has started.
 */
const FIRST_PROCESS = 'PROJECT_NODE_STARTED_BY';

/**
 * Returns if this process runs on the project's Node with these flags. Otherwise it runs the same command line again
 * with that Node and these flags, forwards signals to it, and exits with its exit code.
 */
export async function runOnProjectNode(flags = []) {
  const node = installedNode() ?? process.execPath;
  const isProjectNode = realpathSync(node) === realpathSync(process.execPath);
  if (isProjectNode) requireTypeScript();
  const given = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(' ')];
  const missing = flags.filter((flag) => !given.includes(flag));
  if (!isProjectNode || missing.length > 0) await runAgain(node, missing);
  if (process.env[FIRST_PROCESS] === String(process.ppid)) await import('./local/stack/process/die-with-parent.ts');
}

function installedNode() {
  const [platform, program] = process.platform === 'win32' ? ['win', 'node.exe'] : [process.platform, 'node'];
  try {
    return createRequire(import.meta.url).resolve(`node-${platform}-${process.arch}/bin/${program}`);
  } catch {
    return undefined;
  }
}

function requireTypeScript() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_MAJOR || (major === OLDEST_MAJOR && minor >= OLDEST_MINOR)) return;
  console.error(
    `Node ${OLDEST_MAJOR}.${OLDEST_MINOR} or later is required; this is ${process.version}. Install Node 24: https://nodejs.org`,
  );
  process.exit(1);
}

/** Never resolves: this process ends with the other one. */
function runAgain(node, flags) {
  const child = spawn(node, [...process.execArgv, ...flags, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [FIRST_PROCESS]: String(process.pid) },
  });
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  return new Promise(() => {
    child.on('error', (error) => {
      console.error(`${node} does not run on this machine (${error.message}). Install Node 24 and remove that file.`);
      process.exit(1);
    });
    child.on('exit', (code, signal) => {
      if (code !== null) process.exit(code);
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    });
  });
}
