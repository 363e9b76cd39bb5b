/** Preloaded by the npm scripts (`node --import`). */
import { runOnProjectNode } from './project-node.js';

await runOnProjectNode();
