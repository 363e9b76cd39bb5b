import { beforeEach, describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../lib/config.ts';
import { ConfigError } from '../../lib/errors.ts';
import { loadProcessor } from '../../lib/processors/load-processor.ts';
import { signingKeysAt } from '../../lib/processors/signing-keys.ts';
import { anAttempt, NO_DETAILS } from '../support/attempt.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { answerWith, type Receiver, startReceiver } from './receiver.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:webhook-AbCdEf';
const KEY = Buffer.alloc(24, 'k');
const SECRET = `whsec_${KEY.toString('base64')}`;

/** What Secrets Manager is asked, and what it answers (AWS Secrets Manager API Reference, GetSecretValue). */
let secretsManager: Receiver;

beforeEach(async () => {
  secretsManager = await forThisTest(startReceiver());
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.url,
  });
});

const holds = (text: string) => {
  secretsManager.answer = (response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ ARN, SecretString: text }));
  };
};

describe('a signing key in Secrets Manager', () => {
  test('a signing key in Secrets Manager is read by its ARN', async () => {
    holds(SECRET);

    expect(await signingKeysAt(ARN)).toEqual([KEY]);
    expect(secretsManager.requests).toMatchObject([
      { headers: { 'x-amz-target': 'secretsmanager.GetSecretValue' }, body: JSON.stringify({ SecretId: ARN }) },
    ]);
  });

  test('a signing key in Secrets Manager signs what the webhook posts', async () => {
    holds(SECRET);
    const shop = await forThisTest(startReceiver());
    shop.answer = answerWith(200);
    const processor = await loadProcessor(
      loadConfig({
        DATABASE_URL: 'postgres://localhost/orders',
        QUEUE_URL: 'http://localhost/orders',
        PROCESSOR: 'webhook',
        WEBHOOK_URL: shop.url,
        WEBHOOK_SECRET_ARN: ARN,
      }),
    );
    const order = {
      orderId: 'order-1',
      userId: 7,
      itemIds: [],
      totalAmount: '9.50',
      ...NO_DETAILS,
      createdAt: new Date(0),
    };
    await processor(order, anAttempt('order-1'));

    expect(shop.requests).toMatchObject([{ headers: { 'webhook-signature': expect.stringMatching(/^v1,/) } }]);
  });

  test('an invalid signing key in Secrets Manager is rejected, without being shown', async () => {
    holds('hunter2');

    const error = await signingKeysAt(ARN).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain('its text is not a signing key');
    expect((error as Error).message).not.toContain('hunter2');
  });

  test('a signing key that cannot be read is rejected with the reason', async () => {
    secretsManager.answer = (response) => {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ __type: 'AccessDeniedException', Message: 'not authorized' }));
    };

    await expect(signingKeysAt(ARN)).rejects.toThrow(/WEBHOOK_SECRET_ARN cannot be used \(AccessDeniedException/);
  });
});
