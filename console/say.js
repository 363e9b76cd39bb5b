import { button, byId, h, update } from './dom.js';
import { linesOf } from './errors.js';

/** Says how something ended, until it is dismissed or the next thing is said. @param {...Child} text */
export function say(...text) {
  byId('said').replaceChildren(h('div.notice.Completed', h('p', ...text), button('Dismiss', hush, 'plain')));
}

export function hush() {
  byId('said').replaceChildren();
}

/** Does what somebody asked for, and says so when it did not work. @param {() => Promise<void>} action */
export async function attempt(action) {
  try {
    await action();
  } catch (error) {
    // Somebody went to another view meanwhile.
    if (error instanceof DOMException && error.name === 'AbortError') return;
    const lines = linesOf(error).map((line) => h('p', line));
    byId('said').replaceChildren(h('div.notice.Failed', h('div', ...lines), button('Dismiss', hush, 'plain')));
  }
}

/** Says why the console cannot show how things are; once, however often it is tried. @param {unknown} error */
export function complainAbout(error) {
  update(byId('problem'), [h('div.notice.Failed', h('div', ...linesOf(error).map((line) => h('p', line))))]);
}

export function noProblem() {
  byId('problem').replaceChildren();
}
