import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';

/** The outcome of one request, seen from the client. */
export type Exchange = Answered | Unanswered;

export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  readonly body: string;
  /** Milliseconds from the start of the request to the end of its response, including connecting. */
  readonly ms: number;
}

export interface Unanswered {
  readonly kind: 'unanswered';
  /** "no response in time", or the code of the network error, such as ECONNRESET. */
  readonly reason: string;
  readonly ms: number;
}

export interface Request {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Timeout in milliseconds for the whole exchange: connecting, the request, and the complete response. */
  readonly timeoutMs: number;
  /** Without an agent, the request has its own connection. */
  readonly agent?: http.Agent;
}

/** Sends one request. Never throws: on a loaded network, a missing response is a normal result. */
export async function exchange({ method, url, body, timeoutMs, agent }: Request): Promise<Exchange> {
  const startedAt = performance.now();
  const elapsed = (): number => performance.now() - startedAt;
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      const { request } = url.startsWith('https:') ? https : http;
      request(url, { method, agent: agent ?? false, signal: deadline })
        .once('response', resolve)
        .once('error', reject)
        .setHeader('Content-Type', 'application/json')
        .end(body === undefined ? undefined : JSON.stringify(body));
    });
    return { kind: 'answered', status: answer.statusCode ?? 0, body: await text(answer), ms: elapsed() };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { kind: 'unanswered', reason: deadline.aborted ? 'no response in time' : code, ms: elapsed() };
  }
}
