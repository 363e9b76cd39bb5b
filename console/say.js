import { button, byId, h, update } from './dom.js';
import { linesOf } from './errors.js';

/** @param {...Child} text */
export function say(...text) {
  byId('said').replaceChildren(h('div.notice.Completed', h('p', ...text), button('Dismiss', hush, 'plain')));
}

export function hush() {
  byId('said').replaceChildren();
}

/** Shows an error if the action fails. @param {() => Promise<void>} action */
export async function attempt(action) {
  try {
    await action();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    const lines = linesOf(error).map((line) => h('p', line));
    byId('said').replaceChildren(h('div.notice.Failed', h('div', ...lines), button('Dismiss', hush, 'plain')));
  }
}

/** Once, however often it fails. @param {unknown} error */
export function complainAbout(error) {
  update(byId('problem'), [h('div.notice.Failed', h('div', ...linesOf(error).map((line) => h('p', line))))]);
}

export function noProblem() {
  byId('problem').replaceChildren();
}
