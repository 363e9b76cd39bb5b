/**
 * Loads the processor as the function that processes orders will, and reports an error to its parent
 * (validate-processor.ts). It is a separate process, because loading a module runs it.
 */

import { loadConfig } from '../../../lib/config.ts';
import { ConfigError } from '../../../lib/errors.ts';
import { loadProcessor } from '../../../lib/processors/load-processor.ts';
import { watchParent } from './process/watch-parent.ts';

// The module may never return.
watchParent();
const problem = await loadProcessor(loadConfig(process.env)).then(
  () => undefined,
  (error: unknown) => (error instanceof ConfigError ? error.message : String(error)),
);
process.send?.({ problem });
