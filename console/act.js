import { post } from './api.js';
import { openDialog } from './dialog.js';
import { h } from './dom.js';
import { field } from './form.js';
import { refresh } from './live.js';
import { attempt, say } from './say.js';

/**
 * Asks for confirmation and a reason, then sends the request.
 * @param {string} path of the POST
 * @param {{ title: string, text: string, submit: string, dismiss: string, danger?: boolean, done: string }} words
 *
 */
export function askForReason(path, { text, done, ...words }) {
  const reason = field({ name: 'reason', label: 'Reason (optional)', maxlength: 500 });
  openDialog({
    ...words,
    content: [h('p', text), reason],
    onSubmit: async () => {
      await post(path, { reason: reason.input.value || undefined });
      await refresh();
      say(done);
      return true;
    },
  });
}

/** @param {string} path of the POST @param {string} done */
export function doIt(path, done) {
  return attempt(async () => {
    await post(path);
    await refresh();
    say(done);
  });
}
