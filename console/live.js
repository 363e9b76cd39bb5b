import { byId } from './dom.js';
import { complainAbout, noProblem } from './say.js';

/** @type {View} */
let view;
let leaving = new AbortController();
let timer = 0;

/** @param {View} next */
export function enter(next) {
  leaving.abort();
  leaving = new AbortController();
  noProblem();
  view = next;
  return refresh();
}

export async function refresh() {
  const { signal } = leaving;
  try {
    await view.refresh(signal);
    if (!signal.aborted) noProblem();
  } catch (error) {
    if (!signal.aborted) complainAbout(error);
  }
  if (!signal.aborted) wait();
}

function wait() {
  clearTimeout(timer);
  if (isLive() && view.everyMs) timer = setTimeout(refresh, view.everyMs);
}

function isLive() {
  return byId('live').ariaPressed === 'true' && !document.hidden;
}

function goOn() {
  if (isLive()) refresh();
  else wait();
}

document.addEventListener('visibilitychange', goOn);
byId('live').addEventListener('click', () => {
  byId('live').ariaPressed = String(byId('live').ariaPressed !== 'true');
  goOn();
});
