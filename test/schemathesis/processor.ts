import { PermanentFailure, type Processor } from '../../lib/processors/processor.ts';

/** Fails every second user's orders, so that there are some to be redriven. */
export default (async ({ userId }) => {
  if (userId % 2 !== 0) throw new PermanentFailure('odd_user', `The user ${userId} is odd`);
}) satisfies Processor;
