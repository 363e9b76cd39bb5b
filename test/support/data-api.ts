import { type DataApiServerOptions, startDataApi } from '../../infra/local/data-api/server.ts';
import { ServiceError } from '../../infra/local/data-api/service-error.ts';
import { connectDataApi, type DataApiOptions } from '../../lib/database/data-api.ts';
import type { Database } from '../../lib/database/database.ts';
import { type RecordingLogger, recordingLogger } from './recording-logger.ts';
import type { Fault as Cut } from './tcp-proxy.ts';

/** In the form that the AWS documentation uses. */
export const CLUSTER = {
  resourceArn: 'arn:aws:rds:us-east-1:123456789012:cluster:orders',
  secretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf',
};

/** A fault of one request: an error response, or a cut connection. */
export type Fault = 'throttled' | 'resuming' | 'denied' | 'returns 500' | 'returns 503' | Cut;

type Responses = Partial<Record<Fault, ServiceError>>;

/** Error responses without running the statement. */
const INSTEAD: Responses = {
  throttled: new ServiceError('ThrottlingException', 400, 'Rate exceeded'),
  // As while a new role is not known everywhere yet.
  denied: new ServiceError('AccessDeniedException', 403, 'is not authorized to perform this action'),
  resuming: new ServiceError(
    'DatabaseResumingException',
    400,
    `The Aurora DB instance ${CLUSTER.resourceArn} is resuming after being auto-paused. Please wait a few seconds and try again.`,
  ),
};

/** Error responses after the statement ran. */
const AFTERWARDS: Responses = {
  'returns 500': new ServiceError('InternalServerErrorException', 500, ''),
  'returns 503': new ServiceError('ServiceUnavailableError', 503, ''),
};

/** An emulated cluster in front of one database, and a driver for it. */
export interface DataApiLab {
  readonly endpoint: string;
  readonly databaseName: string;
  readonly database: Database;
  readonly logger: RecordingLogger;
  /** Injects these faults into the next requests that contain the text, one per request. */
  plan(text: string, ...faults: Fault[]): void;
  /** The number of faults that have happened. */
  readonly faultsDone: number;
  /** The number of requests with this text that have arrived. */
  requests(text: string): number;
  /** Another driver to the same cluster, closed with the lab. */
  connect(options?: Partial<DataApiOptions>): Database;
  close(): Promise<void>;
}

/** @param url of the database, directly */
export async function openDataApiLab(url: string, options: Partial<DataApiServerOptions> = {}): Promise<DataApiLab> {
  const seen: string[] = [];
  let planned: { text: string; faults: Fault[] } = { text: '', faults: [] };
  let faultsDone = 0;
  const faultOf = (body: string): Fault | undefined => {
    seen.push(body);
    // The text is a JSON string within the request, so a text with a quote would not be found.
    if (planned.faults.length === 0 || !body.includes(planned.text)) return undefined;
    faultsDone += 1;
    return planned.faults.shift();
  };
  const around: DataApiServerOptions['around'] = async ({ socket }, body, run) => {
    const fault = faultOf(body);
    if (fault === undefined) return run();
    if (INSTEAD[fault]) throw INSTEAD[fault];
    // At 'when it was sent', the statement continues: Postgres is not notified.
    if (fault === 'before it is sent' || fault === 'when it was sent') socket.destroy();
    const result = fault === 'before it is sent' ? {} : await run();
    if (AFTERWARDS[fault]) throw AFTERWARDS[fault];
    socket.destroy();
    return result;
  };
  const server = await startDataApi({ port: 0, postgres: url, ...CLUSTER, around, ...options });
  // The SDK reads its endpoint and credentials from these.
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_RDS_DATA: server.endpoint,
  });
  const logger = recordingLogger();
  const databaseName = new URL(url).pathname.slice(1);
  const drivers: Database[] = [];
  const connect = (more: Partial<DataApiOptions> = {}): Database => {
    const driver = connectDataApi({ ...CLUSTER, databaseName, statementTimeoutMs: 10_000, logger, ...more });
    drivers.push(driver);
    return driver;
  };

  return {
    endpoint: server.endpoint,
    databaseName,
    database: connect(),
    logger,
    plan(text, ...faults) {
      planned = { text, faults };
    },
    get faultsDone() {
      return faultsDone;
    },
    requests: (text) => seen.filter((body) => body.includes(text)).length,
    connect,
    async close() {
      for (const driver of drivers) await driver.close();
      await server.stop();
    },
  };
}
