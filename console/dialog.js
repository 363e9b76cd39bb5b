import { button, h, update } from './dom.js';
import { ApiError } from './errors.js';
import { complain } from './form.js';

/**
 * A modal dialog with a form. The browser keeps the focus inside, closes the dialog on Escape, and restores the focus
 * afterwards. Errors are shown inside the dialog.
 * @param {DialogOptions} options
 */
export function openDialog({ title, content, submit, danger, dismiss = 'Not now', extra, onSubmit, onClose }) {
  const fields = content.filter(isField);
  const problems = h('div.problems', { role: 'alert' });
  const close = () => element.close();
  const actions = [
    h('button', { class: danger ? 'danger' : 'primary' }, submit),
    extra,
    button(dismiss, close, 'plain'),
  ];
  const form = h(
    'form',
    ...content.map((part) => (isField(part) ? part.row : typeof part === 'string' ? h('p', part) : part)),
    problems,
    h('div.actions', ...actions),
  );
  const element = h('dialog', { 'aria-label': title }, h('h2', title), form);
  const opener = document.activeElement;

  /** @param {() => Promise<boolean>} action returns true if the dialog can close */
  const run = async (action) => {
    if (form.ariaBusy === 'true' || !form.reportValidity()) return;
    form.ariaBusy = 'true';
    try {
      complain([], fields);
      update(problems, []);
      if (await action()) close();
    } catch (error) {
      const rest = error instanceof ApiError ? complain(error.fields, fields) : [];
      const lines = [/** @type {Error} */ (error).message, ...rest].map((line) => h('p', line));
      update(problems, lines);
    } finally {
      form.ariaBusy = null;
    }
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    run(onSubmit);
  });
  element.addEventListener('close', () => {
    element.remove();
    // It may have been replaced.
    if (!opener?.isConnected) document.querySelector('h1')?.focus();
    onClose?.();
  });
  document.body.append(element);
  element.showModal();
  return { close, run };
}

/** @param {Child | Field} part @returns {part is Field} */
function isField(part) {
  return typeof part === 'object' && part !== null && 'row' in part;
}
