/** Aurora capacity units, and the connections that PostgreSQL then allows by default. */
const CONNECTIONS: readonly (readonly [capacity: number, connections: number])[] = [
  [1, 189],
  [4, 823],
  [8, 1_669],
  [16, 3_360],
  [32, 5_000],
];

/** The limit of a cluster that can shrink to this capacity or less, whatever its maximum capacity. */
const SMALL = { capacity: 0.5, connections: 2_000 };

/**
 * The default of `max_connections` in a serverless cluster: it depends on the maximum capacity, not the current one
 * (Amazon Aurora User Guide, "Maximum connections for Aurora Serverless v2"). Between two entries of that table, the
 * lower one applies.
 */
export function maxConnections({ min, max }: { readonly min: number; readonly max: number }): number {
  const connections = CONNECTIONS.findLast(([capacity]) => capacity <= max)?.[1] ?? 90;
  return min <= SMALL.capacity ? Math.min(connections, SMALL.connections) : connections;
}
