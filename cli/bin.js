#!/usr/bin/env node
// `npx orders …` does the same as `npm run orders -- …`, without the lines that `npm run` prints before its output. npm starts it with
// any Node, so it is plain JavaScript, and the first import continues on the project's Node.
import '../infra/node-version.js';

const [{ main }, { orders }] = await Promise.all([import('../infra/run-command.ts'), import('./orders.ts')]);
await main(import.meta.filename, orders);
