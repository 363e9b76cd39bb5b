import { Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';

/** What the sweep tells CloudWatch: what alarms and the dashboard ask for (infra/aws/watch), and nothing else. */
export interface Figures {
  /** Orders since the figures before, as the database counted them in the transactions that changed them. */
  readonly OrdersAccepted: number;
  readonly OrdersCompleted: number;
  readonly OrdersFailed: number;
  readonly OrdersRetried: number;
  readonly OrdersCancelled: number;
  /** Messages of orders whose due date had passed. */
  readonly OrdersResent: number;
  /** Orders now. */
  readonly OrdersPending: number;
  /** Seconds that the order waits that has waited longest; 0 when none does. */
  readonly LongestWait: number;
}

/** Where figures go to. */
export interface Metrics {
  publish(figures: Figures): void;
}

/**
 * Metrics in the embedded metric format: one line of the log, which CloudWatch reads as it comes in. It costs no request and
 * needs no permission.
 */
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
