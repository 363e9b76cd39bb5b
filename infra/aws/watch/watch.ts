import type { Template } from '../../deploy/serverless.ts';
import { alarms } from './alarms.ts';
import { dashboard } from './dashboard.ts';
import { budget, notifications, TOPIC } from './notifications.ts';
import { type Resolvers, readStage } from './stage.ts';

/** The alarms and the dashboard of a stage, as a part of its template; empty for a stage that is not watched. */
export async function watch(resolvers: Resolvers): Promise<Template> {
  const stage = await readStage(resolvers);
  if (!stage) return { Resources: {} };
  const watching = alarms(stage);
  const OrdersDashboard = dashboard(stage, Object.keys(watching));
  return {
    Resources: { ...notifications(stage), ...budget(stage), ...watching, OrdersDashboard },
    Outputs: { Dashboard: { Value: { Ref: 'OrdersDashboard' } }, AlarmTopicArn: { Value: { Ref: TOPIC } } },
  };
}
