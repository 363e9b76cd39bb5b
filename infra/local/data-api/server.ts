import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refusalOf } from '../stack/refuse-strangers.ts';
import { type Members, OPERATIONS, type Service } from './operations.ts';
import { invalid, ServiceError, toServiceError } from './service-error.ts';
import { Sessions } from './sessions.ts';
import { type TransactionLimits, Transactions } from './transactions.ts';

/** Runs a request, with the given function, or injects a fault. */
type Around = (request: IncomingMessage, body: string, run: () => Promise<object>) => Promise<object>;

export interface DataApiServerOptions {
  /** 0 selects any free port. */
  readonly port: number;
  /** A URL of the Postgres server that runs the statements. */
  readonly postgres: string;
  /** The only cluster and the only secret that exist. */
  readonly resourceArn: string;
  readonly secretArn: string;
  /** Milliseconds after which a statement is cancelled; 45 s, as on AWS, unless a test needs less. */
  readonly statementTimeoutMs?: number;
  /** Likewise: 3 minutes without a call, and 24 hours. */
  readonly transactionLimits?: TransactionLimits;
  /** Injects faults, in tests. */
  readonly around?: Around;
}

export interface DataApiServer {
  readonly endpoint: string;
  /** Rolls back open transactions. */
  stop(): Promise<void>;
}

const MAX_REQUEST = 4 * 1024 * 1024;

/**
 * Milliseconds that an idle connection stays open. With Node's 5 s, a client on a busy machine writes to a connection
 * that is being closed, and cannot know whether its statement ran.
 */
const KEEP_ALIVE_MS = 60_000;

/**
 * The RDS Data API of an Aurora PostgreSQL cluster (Serverless v2 or provisioned) on the loopback address, as far as
 * this service uses it: its statements run on a real Postgres, and it rejects what AWS rejects. docs/data-api.md lists
 * what is known to match AWS, and what is not.
 */
export async function startDataApi({
  port,
  postgres,
  resourceArn,
  secretArn,
  statementTimeoutMs = 45_000,
  transactionLimits = { idleMs: 3 * 60_000, totalMs: 24 * 60 * 60_000 },
  around = (_request, _body, run) => run(),
}: DataApiServerOptions): Promise<DataApiServer> {
  const sessions = new Sessions(postgres, statementTimeoutMs);
  const transactions = new Transactions(sessions, transactionLimits);
  const service: Service = { resourceArn, secretArn, sessions, transactions };
  const underWay = new Set<Promise<void>>();

  const server = createServer((request, response) => {
    const responding = respond(service, request, response, around).finally(() => underWay.delete(responding));
    underWay.add(responding);
  }).listen(port, '127.0.0.1');
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await once(server, 'listening');

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      const closed = once(server.close(), 'close');
      server.closeAllConnections();
      await closed;
      await Promise.all(underWay);
      await transactions.close();
      await sessions.close();
    },
  };
}

async function respond(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
  around: Around,
): Promise<void> {
  try {
    const refusal = refusalOf(request.headers);
    if (refusal !== undefined) throw new ServiceError('ForbiddenException', 403, refusal);
    const body = await readBody(request);
    send(response, 200, await around(request, body, () => run(service, request, body)));
  } catch (error) {
    const { name, status, message } = toServiceError(error);
    response.setHeader('x-amzn-errortype', name);
    send(response, status, { message });
  }
}

async function run(service: Service, request: IncomingMessage, body: string): Promise<object> {
  const operation = OPERATIONS[request.url ?? ''];
  if (request.method !== 'POST' || !operation) throw new ServiceError('UnknownOperationException', 404, '');
  if (!/^AWS4-HMAC-SHA256 .*\/rds-data\/aws4_request/.test(request.headers.authorization ?? ''))
    throw new ServiceError('MissingAuthenticationTokenException', 403, 'Missing Authentication Token');
  return operation(service, parse(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Reads to the end, even if it is too long, because a client that is still sending would not read the response.
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MAX_REQUEST) chunks.push(chunk);
  }
  if (size > MAX_REQUEST)
    throw new ServiceError('RequestEntityTooLargeException', 413, 'The request is larger than 4 MiB');
  return Buffer.concat(chunks).toString();
}

function parse(body: string): Members {
  try {
    return JSON.parse(body) as Members;
  } catch {
    throw invalid('The request is not JSON');
  }
}

/** Has no effect if the connection has been cut. */
function send(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed || response.socket?.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID() });
  response.end(JSON.stringify(body));
}
