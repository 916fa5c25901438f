// Elements: found, made, and told apart. Words are always set as text, never as markup.

export const $ = (selector, root = document) => root.querySelector(selector);

/** An element: `h("button", {class: "key", onclick: press}, "Take")`. Null children and attributes are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") element.style.cssText = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Local memory of this browser: what was chosen, what was read. */
export const kept = {
  read: (key, otherwise) => JSON.parse(localStorage.getItem(`sandbox.${key}`) ?? "null") ?? otherwise,
  write: (key, value) => localStorage.setItem(`sandbox.${key}`, JSON.stringify(value)),
};
