/**
 * Preloaded into processes that must not outlive their parent. When the parent is gone, even by `kill -9`, the channel
 * to it closes, and nobody is left to stop or restart this process.
 */
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// The channel alone must not keep the process alive.
process.channel?.unref();
