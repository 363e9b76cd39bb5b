import { askForReason, doIt } from './act.js';
import { get } from './api.js';
import { button, byId, h, update } from './dom.js';
import { timeAgo } from './parts.js';

/** Every view shows this while processing is paused. @param {AbortSignal} signal */
export async function showProcessing(signal) {
  const { paused, since, actor, reason } = await get('processing', signal);
  const what = h('p', h('b', 'Processing is paused'), ' since ', timeAgo(since), actor && ` by ${actor}`);
  what.append(reason ? `: ${reason}. ` : '. ', 'The API accepts orders, which wait.');
  update(byId('paused'), paused ? [h('div.notice.Pending', what, resumeButton())] : []);
}

function resumeButton() {
  return button('Resume processing', () => doIt('processing/resume', 'Processing was resumed.'));
}

export function pauseButton() {
  const words = {
    title: 'Pause processing?',
    text: 'The API keeps accepting orders, which wait. In-flight orders are finished.',
    submit: 'Pause',
    dismiss: 'Keep running',
    done: 'Processing was paused.',
  };
  return button('Pause processing', () => askForReason('processing/pause', words), 'pause');
}
