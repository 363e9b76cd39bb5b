import { expect, test } from '@jest/globals';
import { waitUntil } from '../support/wait-until.ts';
import { FaultLab } from './stack/lab.ts';

const exists = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test.each(['clear', 'close'] as const)(
  '%s ends an environment that a test has stopped, and not resumed',
  async (how) => {
    const lab = await FaultLab.open();
    let closed = false;
    try {
      await lab.insert('order 1');
      await lab.send('order 1');
      lab.ambush('in the processor', 'SIGSTOP');
      const worker = await lab.worker();
      const environment = await lab.sprung('in the processor');
      const { pid } = worker;
      process.kill(pid, 'SIGSTOP');

      closed = how === 'close';
      await lab[how]();
      await waitUntil('the environment has ended', () => !exists(environment));
      expect(exists(pid)).toBe(false);
    } finally {
      if (!closed) await lab.close();
    }
  },
);
