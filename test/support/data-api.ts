import { type DataApiServerOptions, type Fault, startDataApi } from '../../infra/local/data-api/server.ts';
import { connectDataApi, type DataApiOptions } from '../../lib/database/data-api.ts';
import type { Database } from '../../lib/database/database.ts';
import { type RecordingLogger, recordingLogger } from './recording-logger.ts';

/** In the form that the AWS documentation uses. */
export const CLUSTER = {
  resourceArn: 'arn:aws:rds:us-east-1:123456789012:cluster:orders',
  secretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf',
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
  const server = await startDataApi({ port: 0, postgres: url, ...CLUSTER, faultOf, ...options });
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
