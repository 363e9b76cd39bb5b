import { describe, expect, test } from '@jest/globals';
import { maxConnections } from '../../infra/aws/watch/max-connections.ts';

describe('connections that a cluster takes', () => {
  test.each([
    [{ min: 0.5, max: 1 }, 189],
    [{ min: 1, max: 5 }, 823],
    [{ min: 1, max: 16 }, 3_360],
    [{ min: 0.5, max: 16 }, 2_000],
    [{ min: 0, max: 128 }, 2_000],
    [{ min: 2, max: 256 }, 5_000],
  ])('a cluster with %j allows %d connections', (capacity, connections) => {
    expect(maxConnections(capacity)).toBe(connections);
  });
});
