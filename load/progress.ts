/** Milliseconds between two lines where lines cannot be overwritten, such as in a CI log. */
const LINE_INTERVAL_MS = 1_000;

/** Shows a changing line: in place on a terminal, otherwise as a new line each second. */
export class Progress {
  #shownAt = performance.now();
  #pending = '';

  show(line: string): void {
    this.#pending = line;
    if (process.stdout.isTTY) {
      process.stdout.write(`\r\x1b[K${line}`);
    } else if (performance.now() - this.#shownAt >= LINE_INTERVAL_MS) {
      this.#shownAt = performance.now();
      console.log(line);
      this.#pending = '';
    }
  }

  /** Keeps the last line. */
  end(): void {
    if (process.stdout.isTTY) process.stdout.write('\n');
    else if (this.#pending) console.log(this.#pending);
    this.#pending = '';
    this.#shownAt = performance.now();
  }
}
