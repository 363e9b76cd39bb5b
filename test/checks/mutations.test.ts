import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { MUTATIONS } from '../mutation/mutations.ts';
import { staleness } from '../mutation/stale.ts';

test('every bug of the mutation tests still has its place, and its tests', () => {
  const stale = MUTATIONS.flatMap((mutation) => {
    const reason = staleness(mutation, join(import.meta.dirname, '..', '..'));
    return reason === undefined ? [] : [`${mutation.id}: ${reason}`];
  });
  expect(stale).toEqual([]);
});
