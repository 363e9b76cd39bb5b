import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** Serverless Offline prints a table of unused addresses with console.log, before it accepts its first request. */
export function hideRouteTable(): void {
  const { log } = console;
  const restore = () => {
    console.log = log;
    unsubscribe('http.server.request.start', restore);
  };
  console.log = () => undefined;
  subscribe('http.server.request.start', restore);
}
