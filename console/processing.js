import { askForReason, doIt } from './act.js';
import { get } from './api.js';
import { button, byId, h, update } from './dom.js';
import { time } from './parts.js';

/** Every view says so while the workers take no orders. @param {AbortSignal} signal */
export async function showProcessing(signal) {
  const { paused, since, actor, reason } = await get('processing', signal);
  const what = h('p', h('b', 'Processing is paused'), ' since ', time(since), actor && ` by ${actor}`);
  what.append(reason ? `: ${reason}. ` : '. ', 'Orders are still accepted, and wait.');
  update(byId('paused'), paused ? [h('div.notice.Pending', what, resumeButton())] : []);
}

function resumeButton() {
  return button('Resume processing', () => doIt('processing/resume', 'Processing goes on.'));
}

export function pauseButton() {
  const words = {
    title: 'Pause processing?',
    text: 'Orders are still accepted, and wait. Those that are being processed now are finished.',
    submit: 'Pause',
    dismiss: 'Leave it running',
    done: 'Processing is paused.',
  };
  return button('Pause processing', () => askForReason('processing/pause', words), 'pause');
}
