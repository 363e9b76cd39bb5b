/**
 * Preloaded into processes that must not outlive the one that started them. When that one is gone, `kill -9` included, the
 * channel to it closes, and nobody is left to stop or restart this process.
 */
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// The channel by itself is no reason to go on.
process.channel?.unref();
