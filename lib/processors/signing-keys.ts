import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ConfigError } from '../errors.ts';
import { readSigningKeys } from '../setting-kinds.ts';

/** Milliseconds: a batch waits for it, once per container. */
const TIMEOUT_MS = 5_000;

/**
 * The signing keys in a secret of Secrets Manager, in the format of WEBHOOK_SECRET.
 * @param setting that names the secret
 * @throws ConfigError if the secret cannot be read or is invalid; the message never contains its text
 */
export async function signingKeysAt(arn: string, setting = 'WEBHOOK_SECRET_ARN'): Promise<readonly Buffer[]> {
  const client = new SecretsManagerClient({});
  try {
    const abortSignal = AbortSignal.timeout(TIMEOUT_MS);
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }), { abortSignal });
    const keys = readSigningKeys(SecretString ?? '');
    if (!keys) throw new ConfigError('its text is not a signing key (whsec_…)');
    return keys;
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new ConfigError(`Bad configuration: the secret at ${setting} cannot be used (${why})`, { cause: error });
  } finally {
    client.destroy();
  }
}
