import { button } from './dom.js';
import { attempt, say } from './say.js';

/** Browsers have a clipboard only for pages over HTTPS and on this machine. @param {string} name @param {() => string} textOf */
export function copyButton(name, textOf) {
  const copy = async () => {
    await navigator.clipboard.writeText(textOf());
    say('Copied.');
  };
  return navigator.clipboard && button(`Copy ${name}`, () => attempt(copy), 'plain');
}
