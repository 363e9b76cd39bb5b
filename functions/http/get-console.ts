import { serveFolder } from '../../lib/http/static-files.ts';

/** GET /console, GET /console/{file} */
export const handler = serveFolder({
  directory: 'console',
  index: 'index.html',
  // With Trusted Types, the browser rejects innerHTML and similar sinks, whatever an order id contains.
  directives: ["require-trusted-types-for 'script'", "trusted-types 'none'"],
});
