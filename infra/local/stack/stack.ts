import { report } from './console.ts';
import type { Part } from './process/part.ts';
import { type SupervisedPart, supervise } from './process/supervisor.ts';
import type { StackAddresses } from './stack-file.ts';
import { removeStackFile, writeStackFile } from './stack-file.ts';

/** The running parts, and the file that describes them to other programs. */
export class Stack {
  readonly #directory: string;
  readonly #addresses: StackAddresses;
  readonly #processes: Record<string, number> = { supervisor: process.pid };
  /** In the order of their start: the parts of a group were started together. */
  readonly #groups: SupervisedPart[][] = [];
  #published = false;

  constructor(directory: string, addresses: StackAddresses) {
    this.#directory = directory;
    this.#addresses = addresses;
  }

  /**
   * Starts parts concurrently, and keeps them running.
   * @throws the first failure; the others of the group are stopped then
   */
  async start(parts: readonly Part[], signal: AbortSignal): Promise<void> {
    const group: SupervisedPart[] = [];
    this.#groups.push(group);
    const failure = new AbortController();
    const startOne = async (part: Part) => {
      try {
        group.push(await supervise(part, this.#observer, AbortSignal.any([signal, failure.signal])));
      } catch (error) {
        failure.abort(error);
      }
    };
    await Promise.all(parts.map(startOne));
    failure.signal.throwIfAborted();
  }

  /** Writes stack.json, and keeps it up to date until the stack is stopped. */
  publish(): void {
    this.#published = true;
    this.#writeFile();
  }

  /** Stops the latest first, because they use the earlier ones. */
  async stop(): Promise<void> {
    this.#published = false;
    removeStackFile(this.#directory);
    for (const group of this.#groups.splice(0).reverse()) await Promise.all(group.map((part) => part.stop()));
  }

  readonly #observer = {
    report,
    started: (part: string, pid: number) => {
      this.#processes[part] = pid;
      if (this.#published) this.#writeFile();
    },
  };

  #writeFile(): void {
    writeStackFile(this.#directory, { ...this.#addresses, processes: this.#processes });
  }
}
