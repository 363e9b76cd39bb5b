import { printService } from '../../../infra/serverless-command.ts';

/** What a test changes in serverless.yml, so that it does not have to wait as long as production. */
export interface Timing {
  /** Seconds, at least 3: the last two of an invocation are reserved for writing its verdicts. A lease is 2 s longer. */
  readonly processTimeout: number;
  /** Seconds, at least processTimeout. By default 6 × processTimeout + batchingWindow, as in serverless.yml. */
  readonly visibilityTimeout?: number;
  readonly resendAfter: number;
  readonly batchSize: number;
  /** Seconds. */
  readonly batchingWindow: number;
  readonly maximumConcurrency: number;
  /** Receives before a message is a dead letter. */
  readonly maxReceiveCount?: number;
  /** Seconds between two sweeps, or `never`. */
  readonly sweepEvery: number | 'never';
}

interface ResolvedService {
  functions: Record<string, { events: { schedule?: string | { rate: string[] } }[] }>;
  resources: { Resources: Record<string, { Properties: { RedrivePolicy?: { maxReceiveCount: number } } }> };
  custom: { worker: { everySeconds: Record<string, number> } };
}

/**
 * serverless.yml as the worker gets it in the stage `local`, with this timing. Resolved once for all
 * workers, because loading Serverless takes longer than the life of a worker that is killed every few seconds.
 */
export async function resolveService(timing: Timing): Promise<unknown> {
  const { processTimeout, batchingWindow, maxReceiveCount, sweepEvery, ...others } = timing;
  const params = {
    processTimeout,
    batchingWindow,
    visibilityTimeout: 6 * processTimeout + batchingWindow,
    ...others,
  };
  const options = Object.entries(params).map(([name, value]) => `--param=${name}=${value}`);
  const service = (await printService('local', ...options)) as ResolvedService;
  // Serverless converts a rate to a list before it runs a plugin, but prints it as it is written.
  for (const { events } of Object.values(service.functions))
    for (const event of events) if (typeof event.schedule === 'string') event.schedule = { rate: [event.schedule] };
  if (maxReceiveCount !== undefined)
    for (const { Properties } of Object.values(service.resources.Resources))
      if (Properties.RedrivePolicy) Properties.RedrivePolicy.maxReceiveCount = maxReceiveCount;
  setSweep(service, sweepEvery);
  return service;
}

function setSweep(service: ResolvedService, sweepEvery: Timing['sweepEvery']): void {
  const { everySeconds } = service.custom.worker;
  if (!service.functions.sweepOrders || everySeconds.sweepOrders === undefined)
    throw new Error('serverless.yml has no sweepOrders whose period could be changed');
  if (sweepEvery === 'never') {
    delete service.functions.sweepOrders;
    delete everySeconds.sweepOrders;
  } else everySeconds.sweepOrders = sweepEvery;
}
