import { SQSClient } from '@aws-sdk/client-sqs';
import { messageOf } from '../../../lib/errors.ts';
import { UserError } from '../../user-error.ts';

/**
 * Makes the SDK read the AWS settings of this process, without requesting anything but credentials from AWS.
 * @returns the region
 * @throws UserError in one line that names the profile, if the settings are invalid
 */
export async function readAwsSettings(): Promise<string> {
  const profile = process.env.AWS_PROFILE;
  const named = profile ? `AWS_PROFILE is "${profile}", and the` : 'The';
  try {
    const client = new SQSClient({});
    await client.config.credentials();
    return await client.config.region();
  } catch (error) {
    const reason = messageOf(error).replace(/^Region is missing$/, 'no region is configured. Set AWS_REGION.');
    throw new UserError(`${named} AWS settings cannot be used: ${reason}`);
  }
}
