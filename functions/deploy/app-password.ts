import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DatabaseError } from '../../lib/errors.ts';

/** Milliseconds; the migrations retry for much longer. */
const TIMEOUT_MS = 5_000;

/**
 * The password that the stack created for the role of the functions. Secrets Manager stores it as `{"username", "password"}`.
 * @throws DatabaseError that is `unavailable` when the secret cannot be read: in the first seconds of a stage, its endpoint or the
 * permission to read it may not work yet.
 */
export async function appPasswordAt(arn: string): Promise<string> {
  const client = new SecretsManagerClient({});
  try {
    const abortSignal = AbortSignal.timeout(TIMEOUT_MS);
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: arn }), { abortSignal });
    return (JSON.parse(SecretString) as { password: string }).password;
  } catch (error) {
    // It quotes the text, which may be a password.
    if (error instanceof SyntaxError)
      throw new DatabaseError('the secret at DATABASE_APP_SECRET_ARN is not JSON', 'defect');
    const { name, message } = error as Error;
    const why = `the secret at DATABASE_APP_SECRET_ARN cannot be read (${name}: ${message})`;
    throw new DatabaseError(why, 'unavailable', undefined, error);
  } finally {
    client.destroy();
  }
}
