import { expect, test } from '@jest/globals';
import { CoreTime } from '../../infra/local/lambda/core-time.ts';

/** Two cores, at a time and after a use of them that the test sets. */
function twoCores() {
  let now = 0;
  let busyMs = 0;
  const pass = (ms: number, busy: number) => {
    now += ms;
    busyMs += busy;
  };
  const coreTime = new CoreTime(
    () => ({ cores: 2, busyMs }),
    () => now,
  );
  return { coreTime, pass };
}

test('the time of the cores is used up while programs run on all of them', () => {
  const { coreTime, pass } = twoCores();
  expect(coreTime.isUsedUp()).toBe(false);
  pass(200, 390);
  expect(coreTime.isUsedUp()).toBe(true);
  pass(100, 0);
  expect(coreTime.isUsedUp()).toBe(true);
  pass(100, 0);
  expect(coreTime.isUsedUp()).toBe(false);
});

test('the time of the cores is not used up while one of two waits', () => {
  const { coreTime, pass } = twoCores();
  coreTime.isUsedUp();
  pass(200, 210);
  expect(coreTime.isUsedUp()).toBe(false);
});

test('how busy the cores were long ago does not count', () => {
  const { coreTime, pass } = twoCores();
  coreTime.isUsedUp();
  pass(60_000, 120_000);
  expect(coreTime.isUsedUp()).toBe(false);
});
