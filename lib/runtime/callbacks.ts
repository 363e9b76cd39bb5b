import type { Config } from '../config.ts';
import { Callbacks } from '../orders/callbacks.ts';
import { signingKeysAt } from '../processors/signing-keys.ts';

/**
 * The callback URLs of this service; undefined if it has no key for them.
 * @throws ConfigError if the secret with the key cannot be read
 */
export async function loadCallbacks({
  CALLBACK_URL: url,
  CALLBACK_SECRET: secret,
  CALLBACK_SECRET_ARN: arn,
}: Config): Promise<Callbacks | undefined> {
  const keys = secret ?? (arn === undefined ? undefined : await signingKeysAt(arn, 'CALLBACK_SECRET_ARN'));
  return keys && new Callbacks(url, keys);
}
