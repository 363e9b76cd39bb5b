import { button, byId, h, update } from './dom.js';
import { linesOf } from './errors.js';

/** @param {...Child} text */
export function say(...text) {
  show('Completed', h('p', ...text));
}

/** @param {'Completed' | 'Failed'} look @param {Element} what */
function show(look, what) {
  byId('said').replaceChildren(h(`div.notice.${look}`, what, button('Dismiss', hush, 'plain')));
}

export function hush() {
  byId('said').replaceChildren();
}

/** Shows an error if the action fails. @param {() => Promise<unknown>} action */
export async function attempt(action) {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== 'AbortError') show('Failed', textOf(error));
  }
}

/** @param {unknown} error */
function textOf(error) {
  return h('div', ...linesOf(error).map((line) => h('p', line)));
}

/** Once, however often it fails. @param {unknown} error */
export function complainAbout(error) {
  update(byId('problem'), [h('div.notice.Failed', textOf(error))]);
}

export function noProblem() {
  byId('problem').replaceChildren();
}
