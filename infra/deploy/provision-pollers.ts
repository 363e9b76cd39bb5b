import { z } from 'zod';
import { UserError } from '../user-error.ts';
import { resourcesOfType } from './resources.ts';
import type { Service } from './serverless.ts';

/** Bounds of SQS event sources, and batches at a time that one poller invokes ("Lambda parameters for Amazon SQS event source mappings"). */
const LEAST = 2;
const MOST_AT_LEAST = 200;
const MOST = 2_000;
export const BATCHES_PER_POLLER = 10;

const pollersSchema = z
  .object({ minimum: z.coerce.number().int(), maximum: z.coerce.number().int() })
  .refine(
    ({ minimum, maximum }) => minimum >= LEAST && minimum <= MOST_AT_LEAST && maximum >= minimum && maximum <= MOST,
  );

/**
 * Gives the event source pollers of its own, which are there before a burst and are paid for by the hour. osls has no setting
 * for them. AWS takes either these or a maximum concurrency.
 * @throws UserError when their numbers are not what AWS takes.
 */
export function provisionPollers({ provider, custom }: Service): void {
  const { minimum, maximum } = custom.pollers as { readonly minimum: unknown; readonly maximum: unknown };
  if (Number(minimum) === 0 && Number(maximum) === 0) return;
  const pollers = pollersSchema.safeParse(custom.pollers);
  if (!pollers.success)
    throw new UserError(
      `minimumPollers is ${minimum} and maximumPollers ${maximum}. Set both: ${LEAST} to ${MOST_AT_LEAST}, and at least as ` +
        `many, up to ${MOST}; or both to 0 for none.`,
    );
  for (const resource of resourcesOfType(provider.compiledCloudFormationTemplate, 'AWS::Lambda::EventSourceMapping')) {
    const { ScalingConfig: _, ...properties } = resource.Properties ?? {};
    resource.Properties = {
      ...properties,
      ProvisionedPollerConfig: { MinimumPollers: pollers.data.minimum, MaximumPollers: pollers.data.maximum },
    };
  }
}
