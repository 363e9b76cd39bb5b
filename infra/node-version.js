/** Preloaded by the npm scripts (`node --import`), and by the first file that Serverless loads. */
import { runOnProjectNode } from './project-node.js';
import { requirePackages } from './required-packages.js';

requirePackages();
await runOnProjectNode();

const { enter, normalise } = await import('./caller-environment.ts');
enter(normalise(process.env));
