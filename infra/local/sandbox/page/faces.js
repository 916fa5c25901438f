// Faces of people, of the desk, of topics: initials on a colour that stays theirs.

import { $, h } from "./elements.js";

const TINTS = ["#d9655f", "#d98a3d", "#8a6fd8", "#4c9f70", "#3f97b8", "#4a7fd6", "#c9689b"];
const LEADING_EMOJI = /^(\p{Extended_Pictographic}(?:\u200d\p{Extended_Pictographic}|\ufe0f|\p{Emoji_Modifier})*|[\u2605\u2b50])/u;

/** By an id of any messenger: a number, or a word. */
export function tintOf(id) {
  const number = typeof id === "number" ? Math.abs(id) : [...String(id)].reduce((sum, letter) => sum * 31 + letter.codePointAt(0), 7) % 9973;
  return TINTS[number % TINTS.length];
}

const initials = (name) => name.trim().split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? "").join("").toUpperCase() || "?";

export const avatar = (name, tint, className = "") =>
  h("span", { class: `avatar ${className}`, style: `--tint: ${tint}`, "aria-hidden": "true" }, initials(name));

export function deskFace(className = "") {
  const logo = $(".logo").cloneNode(true);
  logo.removeAttribute("class");
  return h("span", { class: `avatar plain ${className}`, "aria-hidden": "true" }, logo);
}

export const leadingEmoji = (name) => name.match(LEADING_EMOJI)?.[0];
export const withoutEmoji = (name) => name.replace(LEADING_EMOJI, "").trim() || name;
