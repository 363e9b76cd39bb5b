import { hideRouteTable } from './patches/hide-route-table.ts';
import { behaveLikeApiGateway } from './patches/like-api-gateway.ts';
import { loadHandlersOnce } from './patches/load-handlers.ts';

interface Serverless {
  readonly service: {
    readonly provider: { readonly httpApi?: { readonly cors?: { readonly allowedOrigins: readonly string[] } } };
    readonly functions: Record<string, { events?: Record<string, unknown>[] }>;
  };
}

/** The default port of Serverless Offline. */
const SERVERLESS_OFFLINE_PORT = 3000;

/**
 * Makes `serverless offline` behave like API Gateway in front of the functions, and leave queues and schedules to the
 * worker.
 */
export default class ApiPlugin {
  readonly hooks: Record<string, () => void>;

  constructor(serverless: Serverless, options: { readonly httpPort?: string }) {
    this.hooks = {
      'before:offline:start': () => {
        // The worker runs the functions of queues and schedules.
        for (const definition of Object.values(serverless.service.functions))
          definition.events = definition.events?.filter((event) => 'httpApi' in event) ?? [];
        hideRouteTable();
        loadHandlersOnce();
        behaveLikeApiGateway({
          port: Number(options.httpPort ?? SERVERLESS_OFFLINE_PORT),
          allowedOrigins: serverless.service.provider.httpApi?.cors?.allowedOrigins ?? [],
        });
      },
    };
  }
}
