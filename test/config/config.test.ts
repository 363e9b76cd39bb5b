import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../lib/config.ts';
import { ConfigError } from '../../lib/errors.ts';

const REQUIRED = {
  DATABASE_URL: 'postgres://orders:secret@db.example:5432/orders_db',
  QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/orders',
};

/** The error message for these variables in addition to the required ones. */
function problemWith(env: Record<string, string>): string {
  try {
    loadConfig({ ...REQUIRED, ...env });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('this was accepted');
}

describe('the settings', () => {
  test('only the database and the queue have no default setting', () => {
    expect(loadConfig(REQUIRED)).toEqual({
      ...REQUIRED,
      DATABASE_DRIVER: 'pg',
      DATABASE_AUTH: 'password',
      DATABASE_POOL_SIZE: 2,
      DATABASE_TIMEOUT_MS: 2_000,
      QUEUE_MESSAGES: 'single',
      QUEUE_SEND_TIMEOUT_MS: 1_000,
      RESEND_AFTER_SECONDS: 60,
      PROCESSOR: 'simulated',
      PROCESSOR_CONCURRENCY: 25,
      PROCESSING_DELAY_MS: 2_000,
      WEBHOOK_TIMEOUT_MS: 10_000,
      MAX_ATTEMPTS: 5,
      MAX_CRASHES: 5,
      MAX_REDRIVES: 10,
      MAX_WAIT_SECONDS: 0,
      RETRY_BASE_MS: 1_000,
      RETRY_MAX_MS: 900_000,
      CALLBACK_URL: 'http://localhost:8000/api/v1',
      WEBHOOK_SIGNAL_TIMEOUT_SECONDS: 604_800,
      AUTH: 'none',
      LOG_LEVEL: 'INFO',
    });
  });

  /** Name, lowest and highest value. */
  const integers: [string, number, number][] = [
    ['DATABASE_POOL_SIZE', 1, 50],
    ['DATABASE_TIMEOUT_MS', 100, 30_000],
    ['QUEUE_SEND_TIMEOUT_MS', 50, 10_000],
    ['RESEND_AFTER_SECONDS', 1, 900],
    ['PROCESSING_DELAY_MS', 0, 55_000],
    ['WEBHOOK_TIMEOUT_MS', 100, 55_000],
    ['MAX_ATTEMPTS', 1, 100],
    ['MAX_CRASHES', 1, 100],
    ['MAX_REDRIVES', 0, 100],
    ['MAX_WAIT_SECONDS', 0, 25],
    ['MAX_PENDING_AGE_SECONDS', 1, 86_400],
    ['MAX_PENDING_PER_OWNER', 1, 10_000],
    ['RETENTION_DAYS', 15, 36_500],
    ['RETENTION_FAILED_DAYS', 15, 36_500],
    ['RETRY_BASE_MS', 1, 600_000],
    ['RETRY_MAX_MS', 1, 900_000],
  ];
  describe.each(integers)('%s', (name, lowest, highest) => {
    test(`accepts ${lowest} to ${highest}`, () => {
      expect(loadConfig({ ...REQUIRED, [name]: String(lowest) })).toMatchObject({ [name]: lowest });
      expect(loadConfig({ ...REQUIRED, [name]: String(highest) })).toMatchObject({ [name]: highest });
    });

    test('rejects anything else with one message that names the setting and its range', () => {
      for (const value of [lowest - 1, highest + 1, 2.5, '1e3', '0x10', ' 5', '5 ', 'five', '-', '٣', '5s', 'NaN', ' '])
        expect(problemWith({ [name]: String(value) })).toBe(
          `Bad configuration: ${name} must be a whole number from ${lowest} to ${highest}`,
        );
    });
  });

  test('empty settings count as not set', () => {
    expect(loadConfig({ ...REQUIRED, PROCESSING_DELAY_MS: '', LOG_LEVEL: '' })).toEqual(loadConfig(REQUIRED));
  });

  test('every missing setting is listed with what it must be', () => {
    expect(() => loadConfig({})).toThrow(
      'Bad configuration: DATABASE_URL must be set, to a URL like postgres://user:password@host:5432/orders_db; QUEUE_URL must be set, to the URL of the order queue',
    );
  });

  test.each(['mysql://localhost/orders', 'localhost:5432/orders', 'postgres:orders', ' postgres://localhost/orders'])(
    'DATABASE_URL cannot be %s',
    (url) => {
      expect(problemWith({ DATABASE_URL: url })).toMatch(/^Bad configuration: DATABASE_URL must be a URL like/);
    },
  );

  test('DATABASE_URL can begin with postgresql, as in libpq', () => {
    expect(loadConfig({ ...REQUIRED, DATABASE_URL: 'postgresql://localhost/orders' })).toBeDefined();
  });

  test.each(['orders', 'sqs.us-east-1.amazonaws.com/1/orders'])('QUEUE_URL cannot be %s', (url) => {
    expect(problemWith({ QUEUE_URL: url })).toBe(
      'Bad configuration: QUEUE_URL must be set, to the URL of the order queue',
    );
  });

  test.each(['info', 'TRACE', 'SILENT', '1'])('LOG_LEVEL cannot be %s', (level) => {
    expect(problemWith({ LOG_LEVEL: level })).toBe(
      'Bad configuration: LOG_LEVEL must be one of DEBUG, INFO, WARN, ERROR',
    );
  });

  test.each(['orders prod', 'x'.repeat(256), 'orders:prod'])('METRICS_NAMESPACE cannot be %s', (namespace) => {
    expect(problemWith({ METRICS_NAMESPACE: namespace })).toBe(
      'Bad configuration: METRICS_NAMESPACE must be a namespace of CloudWatch, such as orders-prod',
    );
  });

  test('all invalid settings are reported at once', () => {
    expect(problemWith({ MAX_ATTEMPTS: '0', LOG_LEVEL: 'loud', RETRY_BASE_MS: 'x' })).toBe(
      'Bad configuration: MAX_ATTEMPTS must be a whole number from 1 to 100; RETRY_BASE_MS must be a whole number from 1 to 600000; LOG_LEVEL must be one of DEBUG, INFO, WARN, ERROR',
    );
  });

  test.each([
    'PROCESSING_DELAY',
    'PROCESSING_DELAY_SECONDS',
    'RETRY_BASE',
    'RETRY_MAX_SECONDS',
    'RESEND_AFTER_MS',
    'MAX_ATTEMPTS_',
    'MAX_CRASHES_ALLOWED',
    'MAX_REDRIVES_',
    'MAX_PENDING_AGE',
    'RETENTION_DAY',
    'DEAD_LETTER_QUEUE',
    'DATABASE_POOLSIZE',
    'DATABASE_TIMEOUT',
    'QUEUE_SEND_TIMEOUT',
  ])('a misspelled setting is rejected, not ignored: %s', (name) => {
    expect(problemWith({ [name]: '5' })).toBe(
      `Bad configuration: ${name} is not a setting of this service (misspelled?)`,
    );
  });

  test('variables of other programs are ignored', () => {
    const others = { PATH: '/bin', AWS_REGION: 'x', PROCESSOR_LEVEL: '6', DATABASE: 'x' };
    expect(loadConfig({ ...REQUIRED, ...others })).toEqual(loadConfig(REQUIRED));
  });

  test('messages about settings never contain a password', () => {
    expect(problemWith({ DATABASE_URL: 'mysql://user:hunter2@host/db' })).not.toContain('hunter2');
    expect(problemWith({ QUEUE_URL: 'hunter2' })).not.toContain('hunter2');
    expect(problemWith({ WEBHOOK_SECRET: 'whsec_hunter2' })).not.toContain('hunter2');
  });
});
