import { serveFolder } from '../../lib/http/static-files.ts';

/** GET /console, GET /console/{file} */
export const handler = serveFolder({
  directory: 'console',
  index: 'index.html',
  // Trusted Types has the browser itself refuse innerHTML and its like, whatever an order id looks like.
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
