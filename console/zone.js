import { byId, h } from './dom.js';

const NAME = 'orders-time-zone';

export function isUtc() {
  return localStorage.getItem(NAME) === 'UTC';
}

/** The button that shows the time zone and switches it. @param {() => void} onSwitch */
export function watchZone(onSwitch) {
  const show = () => {
    const zone = isUtc() ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone;
    byId('zone').replaceChildren(h('span.wide', 'Times in '), zone);
  };
  byId('zone').addEventListener('click', () => {
    localStorage.setItem(NAME, isUtc() ? 'local' : 'UTC');
    show();
    onSwitch();
  });
  show();
}
