import { serveFolder } from '../../lib/http/static-files.ts';

/** GET /console, GET /console/{file} */
export const handler = serveFolder({
  directory: 'console',
  index: 'index.html',
  // With Trusted Types, the browser rejects innerHTML and similar sinks, whatever an order id contains.
  contentSecurityPolicy: [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
});
