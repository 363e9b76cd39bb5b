import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import document from '../../docs/openapi.json' with { type: 'json' };
import { API_BASE } from '../../lib/routes.ts';

/** Names this stage as the server. Relative to the URL of the document, so that it is correct behind any domain name. */
const body = JSON.stringify({ ...document, servers: [{ url: API_BASE, description: 'This stage.' }] });

/** GET /openapi.json. A page of any origin may read it, because it contains nothing that is not in the repository. */
export async function handler(): Promise<APIGatewayProxyStructuredResultV2> {
  return {
    statusCode: 200,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-cache',
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
    },
    body,
  };
}
