import { Signer } from '@aws-sdk/rds-signer';
import { addressOf } from './pg-address.ts';

/**
 * Generates passwords from IAM for the database of this URL: each call returns one, for one connection that must be
 * opened within 15 minutes. Generating a password is a local signature with the credentials of the process, without a
 * request (Amazon RDS User Guide, "IAM database authentication").
 */
export function iamTokens(url: string): () => Promise<string> {
  const { host: hostname, port, user: username } = addressOf(url);
  const signer = new Signer({ hostname, port, username });
  return () => signer.getAuthToken();
}
