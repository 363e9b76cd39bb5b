import { post } from './api.js';
import { forgetBadges } from './badges.js';
import { openDialog } from './dialog.js';
import { field } from './form.js';
import { refresh } from './live.js';
import { say } from './say.js';

/**
 * Asks for confirmation and a reason.
 * @param {Question} question
 * @param {(reason: string | undefined) => Promise<Child>} act returns what was done
 */
export function ask({ content, ...question }, act) {
  const reason = field({ name: 'reason', label: 'Reason (optional)', maxlength: 500 });
  return openDialog({
    ...question,
    content: [...content, reason],
    onSubmit: async () => done(await act(reason.input.value || undefined)),
  });
}

/** Asks, and sends the reason. @param {string} path @param {Words} words @param {object} [body] */
export function askToPost(path, { text, tell, ...words }, body) {
  ask({ ...words, content: [text] }, async (reason) => tell(await post(path, { ...body, reason })));
}

/** Shows the new state and what was done. @param {...Child} text @returns true, for a dialog that can close */
export async function done(...text) {
  forgetBadges();
  await refresh();
  say(...text);
  return true;
}
