import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Processing } from '../orders/sql/processing-control.ts';
import { callerOf } from './caller.ts';

/** Whether processing is paused, as this caller sees it: operators write who and why for each other, not for shops. */
export function presentProcessing(event: APIGatewayProxyEventV2, { paused, since, actor, reason }: Processing) {
  const isOperator = callerOf(event).seesAll;
  return {
    paused,
    since: since?.toISOString() ?? null,
    actor: isOperator ? actor : null,
    reason: isOperator ? reason : null,
  };
}
