import type { Logger } from '../../lib/observability/logger.ts';

export interface LogEntry {
  readonly level: keyof Logger;
  readonly message: string;
  readonly details: Record<string, unknown>;
}

export interface RecordingLogger extends Logger {
  readonly entries: readonly LogEntry[];
}

/** A logger that records its entries. */
export function recordingLogger(): RecordingLogger {
  const entries: LogEntry[] = [];
  const at =
    (level: keyof Logger) =>
    (message: string, details: Record<string, unknown> = {}): void =>
      void entries.push({ level, message, details });
  return { entries, info: at('info'), warn: at('warn'), error: at('error') };
}
