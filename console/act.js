import { post } from './api.js';
import { forgetBadges } from './badges.js';
import { openDialog } from './dialog.js';
import { h } from './dom.js';
import { field } from './form.js';
import { refresh } from './live.js';
import { attempt, say } from './say.js';

/** Asks for confirmation and a reason, then sends both. @param {string} path @param {Words} words @param {object} [body] */
export function askForReason(path, { text, done, ...words }, body) {
  const reason = field({ name: 'reason', label: 'Reason (optional)', maxlength: 500 });
  openDialog({
    ...words,
    content: [h('p', text), reason],
    onSubmit: async () => {
      const result = await post(path, { ...body, reason: reason.input.value || undefined });
      forgetBadges();
      await refresh();
      say(typeof done === 'string' ? done : done(result));
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
