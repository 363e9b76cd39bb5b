import type { Processor } from './processor.ts';

/**
 * Modules of your own that are part of the deployed bundle, by the value of PROCESSOR that names them. A bundler
 * follows imports that are written out, and cannot follow a path that comes from the environment. For example:
 *
 *     './processors/charge-card.ts': () => import('../../processors/charge-card.ts'),
 */
export const bundledProcessors: Readonly<Record<string, () => Promise<{ readonly default: Processor }>>> = {};
