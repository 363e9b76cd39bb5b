/**
 * Preloaded into each Node process of the stack: when the supervisor is gone, `kill -9` included, the channel to it
 * closes, and nobody would be left to stop or restart this process.
 */
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
