import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { parseRate, Schedule } from '../../infra/local/lambda/schedule.ts';
import { eventually } from '../support/wait-until.ts';
import { MemoryLog } from './support.ts';

describe('a rate', () => {
  test.each([
    ['rate(1 minute)', 60_000],
    ['rate(5 minutes)', 300_000],
    ['rate(1 hour)', 3_600_000],
    ['rate(12 hours)', 43_200_000],
    ['rate(1 day)', 86_400_000],
    ['rate(7 days)', 604_800_000],
  ])('the rate %s is %d ms', (expression, milliseconds) => expect(parseRate(expression)).toBe(milliseconds));

  test.each(['cron(0 12 * * ? *)', 'rate(1 week)', 'rate(5 seconds)', 'at(2026-11-23T08:00:00)', ''])(
    'an invalid rate is rejected in one clear line: %s',
    (expression) => expect(() => parseRate(expression)).toThrow(`a schedule is "${expression}"`),
  );
});

describe('a schedule', () => {
  afterEach(() => {
    jest.useRealTimers();
  });
  const shared = { name: 'sweep', rule: 'orders-sweep', region: 'eu-west-1' };

  test('a schedule runs immediately, and then at its rate, with the event of EventBridge', async () => {
    const events: string[] = [];
    const invoke = async (payload: string) => {
      events.push(payload);
      return 'null';
    };
    const schedule = new Schedule({ ...shared, periodMs: 50, invoke, log: new MemoryLog() });
    schedule.start();
    expect(events).toHaveLength(1);
    await eventually(() => expect(events.length).toBeGreaterThan(3));
    await schedule.stop();
    expect(JSON.parse(events[0] ?? '')).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '000000000000',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      region: 'eu-west-1',
      resources: ['arn:aws:events:eu-west-1:000000000000:rule/orders-sweep'],
      detail: {},
    });
  });

  test('a schedule never overlaps with itself, and a stop waits for its last run', async () => {
    jest.useFakeTimers();
    let begun = 0;
    let ended = 0;
    let end = () => {};
    const invoke = async () => {
      begun += 1;
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      ended += 1;
      return 'null';
    };
    const schedule = new Schedule({ ...shared, periodMs: 10, invoke, log: new MemoryLog() });
    schedule.start();
    jest.advanceTimersByTime(60);
    expect(begun).toBe(1);
    end();
    await jest.advanceTimersByTimeAsync(10);
    expect([begun, ended]).toEqual([2, 1]);
    const stopping = schedule.stop();
    end();
    await stopping;
    jest.advanceTimersByTime(60);
    expect([begun, ended]).toEqual([2, 2]);
  });

  test('a schedule logs once that it fails, however often it does, and continues', async () => {
    const log = new MemoryLog();
    let runs = 0;
    const invoke = async () => {
      if (++runs < 5) throw new Error('no database');
      return 'null';
    };
    const schedule = new Schedule({ ...shared, periodMs: 5, invoke, log });
    schedule.start();
    await eventually(() => expect(log.lines).toHaveLength(2));
    await schedule.stop();
    expect(log.lines).toEqual([expect.stringContaining('no database'), 'sweep succeeds again.']);
  });

  test('a schedule passes the input of serverless.yml instead, if there is one', async () => {
    const events: string[] = [];
    const invoke = async (payload: string) => {
      events.push(payload);
      return 'null';
    };
    const schedule = new Schedule({ ...shared, periodMs: 60_000, input: { a: 1 }, invoke, log: new MemoryLog() });
    schedule.start();
    await schedule.stop();
    expect(events).toEqual(['{"a":1}']);
  });
});
