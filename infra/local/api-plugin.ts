import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { loadHandlersOnce } from './load-handler-once.ts';
import { takeTurns } from './take-turns.ts';

interface Serverless {
  readonly service: {
    readonly functions: Record<string, { events?: Record<string, unknown>[] }>;
  };
}

/**
 * What `serverless offline` needs to behave as API Gateway does in front of our functions, and to leave to the worker
 * what is the worker's.
 */
export default class ApiPlugin {
  readonly hooks: Record<string, () => void>;

  constructor(serverless: Serverless) {
    this.hooks = {
      'before:offline:start': () => {
        leaveSchedulesToTheWorker(serverless);
        hideRouteTable();
        ignoreOverride();
        keepBytes();
        loadHandlersOnce();
        takeTurns();
      },
    };
  }
}

function leaveSchedulesToTheWorker(serverless: Serverless): void {
  for (const definition of Object.values(serverless.service.functions))
    definition.events = definition.events?.filter((event) => 'httpApi' in event) ?? [];
}

/** It also prints a table of addresses that nobody uses here, with console.log, before it takes its first request. */
function hideRouteTable(): void {
  const { log } = console;
  const restore = () => {
    console.log = log;
    unsubscribe('http.server.request.start', restore);
  };
  console.log = () => undefined;
  subscribe('http.server.request.start', restore);
}

/**
 * Renames, before anybody reads headers, the one by which Serverless Offline lets a client say what the authorizer decided.
 * It cannot be taken out: Node has counted the headers.
 */
function ignoreOverride(): void {
  subscribe('http.server.request.start', (message) => {
    const { rawHeaders } = (message as { request: IncomingMessage }).request;
    for (const [place, text] of rawHeaders.entries())
      if (place % 2 === 0 && text.toLowerCase() === 'sls-offline-authorizer-override') rawHeaders[place] = 'x-ignored';
  });
}

/**
 * Serverless Offline turns a body into text before the function sees it, which hides bytes that are not UTF-8, unless
 * the request says that it is binary: then the event carries them in base64. It asks the parsed headers, while the
 * event's headers are read from the raw ones, so the function still sees what the client sent.
 */
function keepBytes(): void {
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage };
    request.headers['content-type'] = 'application/octet-stream';
  });
}
