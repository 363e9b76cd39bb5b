import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readStackSettings } from '../stack/settings.ts';
import { startQueueServer } from './queue.ts';

// The queue server as a separate process, so that it can die and be restarted alone.
const { queuePort, directory } = readStackSettings(process.env);
// Messages contain order ids. Files of an earlier version are protected by the mode of the directory.
process.umask(0o077);
mkdirSync(join(directory, 'queue'), { recursive: true });
chmodSync(join(directory, 'queue'), 0o700);
const server = await startQueueServer({ port: queuePort, directory: join(directory, 'queue') });
process.once('SIGTERM', () => void server.stop().then(() => process.exit()));
process.send?.({ ready: true });
