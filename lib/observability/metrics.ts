import { Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';

/** The metrics that the sweep publishes to CloudWatch: only those that alarms and the dashboard use (infra/aws/watch). */
export interface Figures {
  /** The number of orders since the previous report, counted by the database in the transactions that changed them. */
  readonly OrdersAccepted: number;
  readonly OrdersCompleted: number;
  readonly OrdersFailed: number;
  readonly OrdersRetried: number;
  readonly OrdersCancelled: number;
  /** Messages sent for orders whose due date had passed. */
  readonly OrdersResent: number;
  /** The current number of orders. */
  readonly OrdersPending: number;
  /** How many seconds the longest-waiting order has waited; 0 if no order waits. */
  readonly LongestWait: number;
}

export interface Metrics {
  publish(figures: Figures): void;
}

/** Metrics in the embedded metric format: CloudWatch parses a line of the log. It needs neither a request nor a permission. */
export function emfMetrics(namespace: string): Metrics {
  const metrics = new PowertoolsMetrics({ namespace, serviceName: 'orders' });
  return {
    publish(figures) {
      for (const [name, value] of Object.entries(figures))
        metrics.addMetric(name, name === 'LongestWait' ? 'Seconds' : 'Count', value);
      metrics.publishStoredMetrics();
    },
  };
}
