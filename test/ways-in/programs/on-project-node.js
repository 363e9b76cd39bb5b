import { runOnProjectNode } from '../../../infra/project-node.js';

await runOnProjectNode(['--trace-uncaught']);
console.log(`${process.pid} ${process.execArgv.includes('--trace-uncaught')} ${process.argv.slice(2)}`);
process.once('SIGTERM', () => process.exit(7));
setInterval(() => undefined, 1_000);
