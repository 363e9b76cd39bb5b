/** Preloaded into parts of the stack: a part rests once its parent has found it ready. */
import { AT_REST, releaseMemory } from './release-memory.ts';

process.on('message', (message) => {
  if (message === AT_REST) releaseMemory();
});
// The channel alone must not keep the process alive.
process.channel?.unref();
