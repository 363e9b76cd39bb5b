const UNIT_SECONDS = { minute: 60, hour: 3_600, day: 86_400 };

/**
 * The seconds of a rate expression of EventBridge ("Setting a schedule pattern for scheduled rules"), or undefined if
 * the text is something else, such as a cron expression.
 */
export function secondsOfRate(expression: string): number | undefined {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (!count || !unit) return undefined;
  return Number(count) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS];
}
