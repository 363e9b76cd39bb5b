/**
 * The latest claim of each order by this process. The preload notes it, and the processor of the lab adds it to the effects of its steps,
 * so that an audit can tell an effect of a worker that lost its order from one that should not have happened.
 */
export interface Claimed {
  readonly token: number;
  readonly run: number;
}

export const claimed = new Map<string, Claimed>();
