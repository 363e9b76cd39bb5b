/**
 * `h('td.number', { title: 'x' }, 5)`. A function in the props is a listener for the event in its name; every other prop
 * is an attribute. Children become text: data from the API is never parsed as markup. @type {MakeHtml}
 */
export const h = (tag, props, ...children) => {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(/** @type {typeof tag & keyof HTMLElementTagNameMap} */ (name));
  if (classes.length > 0) element.className = classes.join(' ');
  return fill(element, props, children);
};

/** @type {MakeSvg} */
export const svg = (tag, props, text) =>
  fill(document.createElementNS('http://www.w3.org/2000/svg', tag), props, [text]);

/** @template {Element} E @param {E} element @param {Props | Child} props @param {Child[]} children */
function fill(element, props, children) {
  if (typeof props !== 'object' || props === null || props instanceof Node) children.unshift(props);
  else
    for (const [name, value] of Object.entries(props)) {
      if (typeof value === 'function') element.addEventListener(name.slice(2), value);
      else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
    }
  for (const child of children) if (child || child === 0) element.append(child instanceof Node ? child : String(child));
  return element;
}

/** @param {string} text @param {() => void} onclick @param {string} [look] a class */
export function button(text, onclick, look = '') {
  return h('button', { type: 'button', class: look || undefined, 'data-key': text, onclick }, text);
}

/**
 * Replaces the children of `parent`, matched by `data-key`. A child that would look the same is kept, so that a page
 * that refreshes itself does not interrupt the user's focus, selection or click.
 * @param {Element} parent
 * @param {Element[]} children
 */
export function update(parent, children) {
  const before = new Map([...parent.children].map((child, place) => [keyOf(child, place), child]));
  const wanted = children.map((child, place) => {
    const old = before.get(keyOf(child, place));
    if (!old) return child;
    before.delete(keyOf(child, place));
    if (old.isEqualNode(child)) return old;
    replaceKeepingFocus(old, child);
    return child;
  });
  for (const gone of before.values()) gone.remove();
  let place = parent.firstElementChild;
  for (const child of wanted)
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
}

/** @param {Element} child @param {number} place */
function keyOf(child, place) {
  return child.getAttribute('data-key') ?? place;
}

/** @param {Element} old @param {Element} fresh */
function replaceKeepingFocus(old, fresh) {
  const within = (/** @type {Element} */ top) => [top, ...top.querySelectorAll('*')];
  const place = within(old).indexOf(/** @type {Element} */ (document.activeElement));
  old.replaceWith(fresh);
  const next = within(fresh)[place];
  if (next instanceof HTMLElement) next.focus();
}

/** @param {string} id of an element in index.html. */
export function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
