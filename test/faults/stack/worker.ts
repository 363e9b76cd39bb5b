/** The event source, the schedule and the execution environments of the real worker, on the resolved serverless.yml in the file SERVICE. */
import { readFileSync } from 'node:fs';
import { readDeployment } from '../../../infra/local/lambda/deployment.ts';
import { startWorker } from '../../../infra/local/lambda/worker.ts';
import { REPOSITORY } from '../../../infra/local/stack/settings.ts';

const service: unknown = JSON.parse(readFileSync(process.env.SERVICE ?? '', 'utf8'));
const log = { info: (line: string) => console.log(line), error: (line: string) => console.error(line) };
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());

const worker = await startWorker(readDeployment(service, REPOSITORY), log, stopping.signal);
process.send?.({ ready: true });
if (!stopping.signal.aborted)
  await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve, { once: true }));
await worker.stop();
process.exit();
