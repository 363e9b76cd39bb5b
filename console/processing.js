// @ts-check
import { get, post } from './api.js';
import { openDialog } from './dialog.js';
import { button, byId, h, update } from './dom.js';
import { field } from './form.js';
import { time } from './parts.js';
import { attempt, say } from './say.js';

/** Whether the workers take orders. Every view says so while they do not. @param {AbortSignal} signal @param {Refresh} refresh */
export async function showProcessing(signal, refresh) {
  const { paused, since, actor, reason } = await get('processing', signal);
  const what = h(
    'p',
    h('b', 'Processing is paused'),
    since && ' since ',
    since && time(since),
    actor && ` by ${actor}`,
  );
  what.append(reason ? `: ${reason}. ` : '. ', 'Orders are still accepted, and wait.');
  update(byId('paused'), paused ? [h('div.notice.Pending', what, resumeButton(refresh))] : []);
  return paused;
}

/** @param {Refresh} refresh */
export function resumeButton(refresh) {
  const resume = async () => {
    await post('processing/resume');
    await refresh();
    say('Processing goes on.');
  };
  return button('Resume processing', () => attempt(resume));
}

/** @param {Refresh} refresh */
export function pauseButton(refresh) {
  return button('Pause processing', () => askToPause(refresh));
}

/** @param {Refresh} refresh */
function askToPause(refresh) {
  const reason = field({ name: 'reason', label: 'Reason (optional)', maxlength: 500 });
  const what = 'Orders are still accepted, and wait. Those that are being processed now are finished.';
  openDialog({
    title: 'Pause processing?',
    content: [h('p', what), reason.row],
    fields: [reason],
    submit: 'Pause',
    dismiss: 'Leave it running',
    onSubmit: async () => {
      await post('processing/pause', { reason: reason.input.value || undefined });
      await refresh();
      say('Processing is paused.');
      return true;
    },
  });
}
