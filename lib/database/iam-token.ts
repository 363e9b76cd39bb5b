import { Signer } from '@aws-sdk/rds-signer';
import { addressOf } from './pg-address.ts';

/**
 * Passwords for the database of this URL from IAM: each call makes one, for one connection to be opened within 15 minutes.
 * Making one is a signature with the credentials of the process, and asks nobody (Amazon RDS User Guide, "IAM database
 * authentication").
 */
export function iamTokens(url: string): () => Promise<string> {
  const { host: hostname, port, user: username } = addressOf(url);
  const signer = new Signer({ hostname, port, username });
  return () => signer.getAuthToken();
}
