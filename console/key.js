import { openDialog } from './dialog.js';
import { button, byId, h } from './dom.js';
import { field } from './form.js';

/** The entry in session storage, which ends with the tab. */
const NAME = 'orders-api-key';

export function storedKey() {
  return sessionStorage.getItem(NAME);
}

/** The keys, or none, that the user kept: it is not asked for again. */
const declined = new Set();

/** @type {Promise<boolean> | undefined} */
let asking;

/**
 * True if there is a key other than the rejected one, or the user enters one.
 * @param {string | null} refused
 * @param {string} why
 */
export async function newKey(refused, why) {
  if (storedKey() !== refused) return true;
  if (declined.has(refused)) return false;
  asking ??= askForKey(why).finally(() => {
    asking = undefined;
  });
  const given = await asking;
  if (!given) declined.add(refused);
  return given;
}

/** @param {string} [why] @returns {Promise<boolean>} whether there is another key than before. */
export function askForKey(why) {
  const before = storedKey();
  const key = field({ name: 'key', label: 'API key', type: 'password', pattern: '\\s*[!-~]+\\s*', required: true });
  const forget = () => {
    sessionStorage.removeItem(NAME);
    dialog.close();
  };
  const { promise, resolve } = Promise.withResolvers();
  const dialog = openDialog({
    title: 'API key',
    content: [why, h('p.hint', 'It is stored only in this tab, until you close it.'), key],
    submit: 'Use this key',
    extra: before !== null && button('Forget the key', forget),
    onSubmit: async () => {
      sessionStorage.setItem(NAME, key.input.value.trim());
      return true;
    },
    onClose: () => {
      showWhetherThereIsAKey();
      resolve(storedKey() !== before);
    },
  });
  return promise;
}

export function showWhetherThereIsAKey() {
  byId('key').textContent = storedKey() === null ? 'API key' : 'API key ✓';
}
