import { expect, test } from '@jest/globals';

test('tests run in a time zone that is not UTC', () => {
  expect(new Date('2026-11-23T09:30:00').toISOString()).toBe('2026-11-23T03:45:00.000Z');
});
