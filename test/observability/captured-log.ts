import { jest } from '@jest/globals';

/** The captured output of this process. */
export interface CapturedLog {
  readonly text: string;
  /** The lines that are JSON. */
  readonly entries: readonly Record<string, unknown>[];
  clear(): void;
  release(): void;
}

/** Captures everything that this process writes: Powertools writes to the stream, other code to the console. */
export function captureLog(): CapturedLog {
  let text = '';
  const spies = [
    ...[process.stdout, process.stderr].map((stream) =>
      jest.spyOn(stream, 'write').mockImplementation((chunk) => {
        text += chunk;
        return true;
      }),
    ),
    ...(['debug', 'log', 'info', 'warn', 'error'] as const).map((method) =>
      jest.spyOn(console, method).mockImplementation((...values) => {
        text += `${values.map((value) => (value instanceof Error ? value.stack : String(value))).join(' ')}\n`;
      }),
    ),
  ];
  return {
    get text() {
      return text;
    },
    get entries() {
      const lines = text.split('\n').filter((line) => line.startsWith('{'));
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    clear() {
      text = '';
    },
    release() {
      for (const spy of spies) spy.mockRestore();
    },
  };
}
