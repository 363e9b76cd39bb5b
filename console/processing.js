import { askToPost, done } from './act.js';
import { get, post } from './api.js';
import { button, byId, h, update } from './dom.js';
import { timeAgo } from './parts.js';
import { attempt } from './say.js';

/** Every view shows this while processing is paused. @param {AbortSignal} signal */
export async function showProcessing(signal) {
  const { paused, since, actor, reason } = await get('processing', signal);
  const what = h('p', h('b', 'Processing is paused'), ' since ', timeAgo(since), actor && ` by ${actor}`);
  what.append(reason ? `: ${reason}. ` : '. ', 'The API accepts orders, which wait.');
  update(byId('paused'), paused ? [h('div.notice.Pending', what, resumeButton())] : []);
}

function resumeButton() {
  const resume = async () => {
    await post('processing/resume');
    await done('Processing was resumed.');
  };
  return button('Resume processing', () => attempt(resume));
}

export function pauseButton() {
  const words = {
    title: 'Pause processing?',
    text: 'The API keeps accepting orders, which wait. In-flight orders are finished.',
    submit: 'Pause',
    dismiss: 'Keep running',
    tell: () => 'Processing was paused.',
  };
  return button('Pause processing', () => askToPost('processing/pause', words), 'pause');
}
