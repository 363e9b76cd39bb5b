import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '../config.ts';
import { ConfigError } from '../errors.ts';
import { bundledProcessors } from './bundled.ts';
import type { Processor } from './processor.ts';
import { signingKeysAt } from './signing-keys.ts';
import { simulatedProcessor } from './simulated.ts';
import { webhookProcessor } from './webhook.ts';

/**
 * The processor in PROCESSOR.
 * @throws ConfigError if it lacks a setting or cannot be loaded
 */
export async function loadProcessor(config: Config): Promise<Processor> {
  switch (config.PROCESSOR) {
    case 'simulated':
      return simulatedProcessor(config.PROCESSING_DELAY_MS);
    case 'webhook':
      return configuredWebhook(config);
    default:
      return loadModule(config.PROCESSOR);
  }
}

/** Required here and not by every function: only the function that processes orders needs the secret. */
async function configuredWebhook(config: Config): Promise<Processor> {
  const { WEBHOOK_URL: url, WEBHOOK_SECRET: secret, WEBHOOK_SECRET_ARN: arn, WEBHOOK_TIMEOUT_MS: timeoutMs } = config;
  if (!url || !(secret || arn)) {
    const missing = [...(url ? [] : ['WEBHOOK_URL']), ...(secret || arn ? [] : ['WEBHOOK_SECRET'])];
    throw new ConfigError(`Bad configuration: PROCESSOR is webhook, which needs ${missing.join(' and ')} to be set`);
  }
  return webhookProcessor({
    url,
    signingKeys: secret ?? (await signingKeysAt(arn ?? '')),
    timeoutMs,
    signalTimeoutSeconds: config.WEBHOOK_SIGNAL_TIMEOUT_SECONDS,
    offersCallback: Boolean(config.CALLBACK_SECRET || config.CALLBACK_SECRET_ARN),
  });
}

async function loadModule(path: string): Promise<Processor> {
  const processor = (await importModule(path)).default;
  if (typeof processor !== 'function') throw new ConfigError(`${named(path)}, which has no function as default export`);
  return processor as Processor;
}

async function importModule(path: string): Promise<{ readonly default?: unknown }> {
  const file = resolve(path);
  const bundled = bundledProcessors[path];
  if (!bundled && !existsSync(file))
    throw new ConfigError(
      `${named(path)}, but ${file} does not exist (for a deployment, add it to lib/processors/bundled.ts)`,
    );
  try {
    return await (bundled ? bundled() : import(pathToFileURL(file).href));
  } catch (error) {
    const why = error instanceof Error ? `${placeIn(error)}${error.message}` : String(error);
    throw new ConfigError(`${named(path)}, which could not be loaded: ${why}`, { cause: error });
  }
}

/**
 * "/orders/processors/charge-card.ts:3: ", or '' if the position is not known. Node writes the position of a syntax
 * error on the first line of the stack, and that of any other error in its first frame.
 */
function placeIn({ stack = '' }: Error): string {
  const place = /^(?:\s+at (?:.*\()?)?(?:file:\/\/)?(\/?[^\s(]+\.[cm]?[jt]s:\d+)/m.exec(stack)?.[1];
  return place === undefined ? '' : `${place}: `;
}

function named(path: string): string {
  return `Bad configuration: PROCESSOR is ${path}`;
}
