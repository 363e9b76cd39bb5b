import { registerHooks } from 'node:module';
import { nameRequest } from './request-id.ts';

type Handler = (event: unknown, context: unknown, ...rest: unknown[]) => unknown;
type Load = (servicePath: string, handler: string) => Promise<Handler>;

const LOADER = './aws-lambda-ric/UserFunction.js';
const RUNNER = '/serverless-offline/src/lambda/handler-runner/in-process-runner/InProcessRunner.js';

/**
 * Serverless Offline looks up a handler's file at each request: a dozen file system accesses, including reading and
 * parsing package.json, a seventh of the time of its one thread under load. With this, it does so once per handler,
 * which changes nothing else, because Node caches the module anyway.
 */
export function loadHandlersOnce(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const isLoader = specifier === LOADER && context.parentURL?.endsWith(RUNNER);
      return isLoader
        ? next(`${import.meta.url}?of=${encodeURIComponent(new URL(specifier, context.parentURL).href)}`)
        : next(specifier, context);
    },
  });
}

const loaded = new Map<string, Promise<Handler>>();

/**
 * Replaces the export of that name of Serverless Offline's own loader, and gives the handler events with a real request
 * id. A handler that fails to load is retried.
 */
export const load: Load = (servicePath, handler) => {
  const key = `${servicePath}:${handler}`;
  const known = loaded.get(key);
  if (known) return known;
  const loading = originalLoad(servicePath, handler);
  loaded.set(key, loading);
  loading.catch(() => loaded.delete(key));
  return loading;
};

async function originalLoad(servicePath: string, name: string): Promise<Handler> {
  const url = new URL(import.meta.url).searchParams.get('of') ?? '';
  const original = (await import(url)) as { load: Load };
  const handler = await original.load(servicePath, name);
  return (event, context, ...rest) => {
    nameRequest(event, context);
    return handler(event, context, ...rest);
  };
}
