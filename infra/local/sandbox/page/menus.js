// Menus: popovers that are filled when they open, stand beside the button that opened them, and are walked with arrows.

import { $, h } from "./elements.js";
import { icon } from "./icons.js";
import { KINDS, MESSENGERS } from "./messengers.js";

/** Whose menu is open: the composer that attaches; the message that is reacted to, and its conversation. */
export const current = { attaching: null, reacting: null };

export const choice = (face, name, detail, attributes) => h("button", { type: "button", class: "choice", ...attributes }, face, h("span", { class: "choice-words" }, name, detail && h("small", {}, detail)));

/** What a choice does: the menu closes first. */
export const choose = (menu, act) => async () => { menu.hidePopover(); await act(); };

let opener = null;
document.addEventListener("click", (event) => { opener = event.target.closest("[popovertarget]") ?? opener; }, true);

function standBeside(menu) {
  const from = opener.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const above = from.bottom + size.height + 12 > innerHeight;
  menu.style.left = `${Math.max(8, Math.min(from.left, innerWidth - size.width - 8))}px`;
  menu.style.top = `${Math.max(8, above ? from.top - size.height - 6 : from.bottom + 6)}px`;
}

function walk(event) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step || !event.target.matches("button")) return;
  event.preventDefault();
  const all = [...event.currentTarget.querySelectorAll("button")];
  all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
}

/** `fill(menu)` is called each time the menu opens. */
export function menu(id, fill) {
  const element = document.getElementById(id);
  element.addEventListener("beforetoggle", (event) => event.newState === "open" && fill(element));
  element.addEventListener("toggle", (event) => {
    if (event.newState !== "open") return;
    standBeside(element);
    ($('[aria-pressed="true"]', element) ?? $("button", element))?.focus();
  });
  element.addEventListener("keydown", walk);
}

menu("attach-menu", (element) => element.replaceChildren(...MESSENGERS[current.attaching.where.messenger].kinds.map((kind) =>
  choice(icon(KINDS[kind].icon), KINDS[kind].name, null, { onclick: choose(element, () => current.attaching.sendKind(kind)) }))));

menu("react-menu", (element) => {
  const { conversation, message } = current.reacting;
  element.replaceChildren(...MESSENGERS[conversation.where.messenger].reactions.map((emoji) =>
    h("button", { type: "button", "aria-label": `React with ${emoji}`, onclick: choose(element, () => conversation.act("react", message, { emoji })) }, emoji)));
});
