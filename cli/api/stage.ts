import { createOrderClient, dataOf, OrderApiError, type OrderClient } from '../../client/index.ts';
import { readStackSettings } from '../../infra/local/stack/settings.ts';
import { readStackFile } from '../../infra/local/stack/stack-file.ts';
import { printable } from '../../infra/printable.ts';
import { UsageError, UserError } from '../../infra/user-error.ts';

/** The options of every command that talks to the API. */
export const STAGE_OPTIONS = {
  url: {
    type: 'string',
    value: 'URL',
    // Not an option, because options appear in the list of processes.
    help: `the API, such as https://orders.example/api/v1; by default ORDERS_URL, otherwise the local stack.
If the API requires a key, set ORDERS_API_KEY`,
  },
  json: { type: 'boolean', help: 'prints JSON' },
} as const;

export const ORDER_OPTIONS = {
  owner: { type: 'string', value: 'OWNER', help: 'the owner of the order, if several owners have one with this id' },
  ...STAGE_OPTIONS,
} as const;

export function paramsOf(orderId: string, { owner }: { owner?: string | undefined }) {
  return { path: { order_id: orderId }, ...(owner !== undefined && { query: { owner } }) };
}

/** A stage of the service, by its API. */
export interface Stage {
  readonly url: string;
  readonly client: OrderClient;
}

/** @throws UsageError for an invalid URL, an invalid key, and a key that would be sent over a network unencrypted */
export function connectStage(values: { url?: string | undefined }, env: NodeJS.ProcessEnv = process.env): Stage {
  const url = values.url ?? env.ORDERS_URL ?? localUrl(env);
  // Before any message that prints the URL.
  if (url.includes('@'))
    throw new UsageError(
      'The URL of the API must not contain a user name or a password. If the API requires a key, set ORDERS_API_KEY.',
    );
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new UsageError(`"${url}" is not the URL of an API. It must look like https://orders.example/api/v1.`);
  try {
    return { url, client: createOrderClient({ baseUrl: url, apiKey: env.ORDERS_API_KEY }) };
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}

function localUrl(env: NodeJS.ProcessEnv): string {
  const settings = readStackSettings(env);
  return readStackFile(settings.directory)?.api ?? `http://localhost:${settings.apiPort}/api/v1`;
}

/** The stage rejected a request. The message says why and, if known, what to do. */
export class StageError extends UserError {
  override readonly name = 'StageError';
  /** True if it rejected this particular request; other requests may succeed. */
  readonly refused: boolean;

  constructor(message: string, refused: boolean) {
    super(message);
    this.refused = refused;
  }
}

/**
 * @param orderId the order that the request is about, for the message
 * @throws StageError if the stage rejects the request or does not respond
 */
export async function ask<Data>(
  { url }: Stage,
  asking: Promise<{ data?: Data; error?: unknown; response: Response }>,
  orderId?: string,
): Promise<Data> {
  try {
    return dataOf(await asking);
  } catch (error) {
    throw toStageError(url, error, orderId);
  }
}

/** @param error why a request failed: an error response, or no response */
export function toStageError(url: string, error: unknown, orderId?: string): StageError {
  if (!(error instanceof OrderApiError)) {
    const hint = 'Start the local stack with npm start, or check --url and ORDERS_URL.';
    return new StageError(`No response from ${url} (${reasonOf(error)}). ${hint}`, false);
  }
  // Error responses of the functions have a code; those of gateways and other servers do not.
  if (error.status === 404 && error.code === undefined)
    return new StageError(`No API found at ${url} (404). Its URL must end with /api/v1.`, false);
  const refused = isAboutThisRequest(error.status);
  const subject = refused && orderId !== undefined ? `${printable(orderId)}: ` : '';
  return new StageError(`${subject}${refusal(error)}`, refused);
}

/** Errors that concern every request: credentials, and a service that is down or overloaded. */
function isAboutThisRequest(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 403, 429].includes(status);
}

function refusal({ status, message, errors }: OrderApiError): string {
  const where = errors.map(({ path, message: allowed }) => `\n  ${path} ${allowed}`.trimEnd()).join('');
  const hint = status === 401 || status === 403 ? ' Set ORDERS_API_KEY to a key with the required scope.' : '';
  return `${message} (${status})${hint}${where}`;
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message;
}
