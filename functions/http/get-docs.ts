import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { serveFolder } from '../../lib/http/static-files.ts';

// Swagger UI inlines small images into its style sheet as data: URLs.
const images = "'self' data:";

/** The files to serve from the package, which also contains its own index.html and start script. */
const VIEWER_FILES = new Set(['swagger-ui.css', 'swagger-ui-bundle.js']);

const page = serveFolder({ directory: 'docs/viewer', index: 'index.html', images });
const viewer = serveFolder({
  directory: 'node_modules/swagger-ui-dist',
  index: 'swagger-ui.css',
  images,
});

/** GET /docs, GET /docs/{file} */
export const handler = (event: APIGatewayProxyEventV2) =>
  VIEWER_FILES.has(event.pathParameters?.file ?? '') ? viewer(event) : page(event);
