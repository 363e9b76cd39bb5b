import { runOnProjectNode } from '../../../infra/project-node.js';

await runOnProjectNode(['--trace-uncaught']);
process.once('SIGTERM', () => process.exit(7));
console.log(`${process.pid} ${process.execArgv.includes('--trace-uncaught')} ${process.argv.slice(2)}`);
setInterval(() => undefined, 1_000);
