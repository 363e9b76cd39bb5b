import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Processing } from '../orders/sql/processing-control.ts';
import { callerOf } from './caller.ts';

/** The state of processing as JSON for this caller. Only operators see who paused it and why. */
export function presentProcessing(event: APIGatewayProxyEventV2, { paused, since, actor, reason }: Processing) {
  const isOperator = callerOf(event).seesAll;
  return {
    paused,
    since: since?.toISOString() ?? null,
    actor: isOperator ? actor : null,
    reason: isOperator ? reason : null,
  };
}
