import { createOrderClient, dataOf, OrderApiError, type OrderClient } from '../../client/index.ts';
import { CommandError, UsageError } from '../../infra/command-error.ts';
import { readStackSettings } from '../../infra/local/stack/settings.ts';
import { readStackFile } from '../../infra/local/stack/stack-file.ts';

/** The options of every command that talks to the API. */
export const STAGE_OPTIONS = {
  url: {
    type: 'string',
    value: 'URL',
    // An option for the key would show it in the list of processes.
    help: `the API, such as https://orders.example/api/v1; by default ORDERS_URL, else the local stack.
Set ORDERS_API_KEY to the key, where the API requires one`,
  },
  json: { type: 'boolean', help: 'prints JSON' },
} as const;

/** A stage of the service, by its API. */
export interface Stage {
  readonly url: string;
  readonly client: OrderClient;
}

/** @throws UsageError for what is not a URL, and for a key that would go over a network in clear. */
export function connectStage(values: { url?: string | undefined }, env: NodeJS.ProcessEnv = process.env): Stage {
  const url = values.url ?? env.ORDERS_URL ?? localUrl(env);
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new UsageError(`"${url}" is no URL of an API: it is like https://orders.example/api/v1.`);
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

/** The stage did not do what was asked. The message says why, and what to do where that is known. */
export class StageError extends CommandError {
  override readonly name = 'StageError';
  /** Whether it refused this very request: another one may do better. */
  readonly refused: boolean;

  constructor(message: string, refused: boolean) {
    super(message);
    this.refused = refused;
  }
}

/** @throws StageError when the stage refuses, or does not answer. */
export async function ask<Data>(
  { url }: Stage,
  asking: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  const answer = await asking.catch((error: unknown) => {
    const hint = 'Is it the right --url, and is the stack running?';
    throw new StageError(`${url} does not answer (${reasonOf(error)}). ${hint}`, false);
  });
  if (answer.response.status === 404 && !isOurs(answer.error))
    throw new StageError(`There is no API at ${url} (404): its URL ends with /api/v1.`, false);
  try {
    return dataOf(answer);
  } catch (error) {
    if (!(error instanceof OrderApiError)) throw error;
    throw new StageError(refusal(error), isAboutThisRequest(error.status));
  }
}

/** What our functions answer says its status again; gateways and other servers do not. */
function isOurs(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'status_code' in error;
}

/** Credentials and a service that is down or too busy are about all of them. */
function isAboutThisRequest(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 403, 429].includes(status);
}

function refusal({ status, message, errors }: OrderApiError): string {
  const where = errors.map(({ path, message: allowed }) => `\n  ${path} ${allowed}`.trimEnd()).join('');
  const hint = status === 401 || status === 403 ? ' Set ORDERS_API_KEY to a key with the scope for this.' : '';
  return `${message} (${status})${hint}${where}`;
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? message;
}
