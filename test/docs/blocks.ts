import { readFileSync } from 'node:fs';

/** A block of commands in a page. */
export interface Block {
  /** Where it begins, as `page.md:12`. */
  readonly place: string;
  readonly commands: string;
  /** Why no test runs it, from a comment before it; undefined when one does. */
  readonly notRun: string | undefined;
}

/** A fence `sh`, which may be indented as part of a list, with the comment right before it. */
const FENCE = /^(?:[ \t]*<!-- not run here: (.+) -->\n)?([ \t]*)```sh\n([\s\S]*?)^\2```$/gm;

/** The blocks of commands in a page of Markdown, in its order. */
export function blocksOf(page: string, path: string): Block[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(FENCE)].map(({ 0: match, 1: notRun, 2: indent = '', 3: commands = '', index }) => ({
    place: `${page}:${text.slice(0, index).split('\n').length}`,
    commands: commands.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    notRun: match && notRun,
  }));
}
