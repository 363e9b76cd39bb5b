import { h } from './dom.js';
import { lineOf } from './errors.js';

let fields = 0;

/** @param {FieldOptions} options @returns {Field} */
export function field({ label, hint, ...attributes }) {
  fields += 1;
  const id = `field-${fields}`;
  const about = h('span.hint', { id: `${id}-hint` }, hint);
  const problem = h('span.problem', { id: `${id}-problem` });
  const input = h('input', { id, autocomplete: 'off', ...attributes, 'aria-describedby': `${about.id} ${problem.id}` });
  return {
    row: h('div.field', h('label', { for: id }, label), input, about, problem),
    input,
    name: attributes.name,
    complain(message) {
      problem.textContent = message;
      input.ariaInvalid = message ? 'true' : null;
    },
  };
}

/**
 * Shows each error at its field, and moves the focus to the first.
 * @param {FieldError[]} errors
 * @param {Field[]} inputs
 * @returns {string[]} errors that do not belong to a field
 */
export function complain(errors, inputs) {
  const byField = Map.groupBy(errors, ({ path }) => inputs.find(({ name }) => name === path.split('.')[0]));
  for (const input of inputs) input.complain((byField.get(input) ?? []).map(({ message }) => message).join('; '));
  inputs.find(({ input }) => input.ariaInvalid)?.input.focus();
  return (byField.get(undefined) ?? []).map(lineOf);
}
