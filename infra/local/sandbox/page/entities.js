// Text as its messenger shows it: with the entities that came with it (Telegram's form), with links, with WhatsApp's marks.

import { h } from "./elements.js";

const SAFE_LINK = /^(https?|tg|mailto):/i;
const ADDRESS = /https?:\/\/[^\s<>"]+[^\s<>".,:;!?)\]»]/g;

export const safeAddress = (address) => (SAFE_LINK.test(address) ? address : null);

function link(address, words) {
  return safeAddress(address) ? h("a", { href: address, target: "_blank", rel: "noopener" }, words) : words;
}

const MARKS = {
  bold: (words) => h("strong", {}, words),
  italic: (words) => h("em", {}, words),
  underline: (words) => h("u", {}, words),
  strikethrough: (words) => h("s", {}, words),
  spoiler: (words) => h("span", { class: "spoiler", tabindex: 0 }, words),
  code: (words) => h("code", {}, words),
  pre: (words) => h("pre", {}, words),
  blockquote: (words) => h("blockquote", {}, words),
  expandable_blockquote: (words) => h("blockquote", {}, words),
  url: (words, _, raw) => link(raw, words),
  text_link: (words, entity) => link(entity.url, words),
  bot_command: (words) => h("span", { class: "command" }, words),
};

const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);

/** Nested nodes for text[from, to); offsets are UTF-16 units, as JavaScript counts too. */
export function marked(text, found, from = 0, to = text.length) {
  const nodes = [];
  let at = from;
  const rest = [...found];
  while (rest.length) {
    const entity = rest.shift();
    const end = Math.min(entity.offset + entity.length, to);
    if (entity.offset < at || entity.offset >= to) continue;
    if (entity.offset > at) nodes.push(text.slice(at, entity.offset));
    const inner = rest.filter((other) => other.offset >= entity.offset && other.offset + other.length <= end);
    const words = marked(text, inner, entity.offset, end);
    const mark = MARKS[entity.type];
    const raw = text.slice(entity.offset, end);
    nodes.push(...(mark ? [mark(words, entity, raw)].flat() : words));
    // A block ends its line by itself.
    at = BLOCKS.has(entity.type) && text[end] === "\n" ? end + 1 : end;
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

/** Nodes for a message whose entities are told beside the text; addresses are found where none is. */
export function entities({ text, entities: told }) {
  const found = [...text.matchAll(ADDRESS)].map((match) => ({ type: "url", offset: match.index, length: match[0].length }));
  const apart = found.filter((one) => told.every((other) => other.offset + other.length <= one.offset || one.offset + one.length <= other.offset));
  // The outer before the inner, in the order of the text.
  return marked(text, [...told, ...apart].sort((a, b) => a.offset - b.offset || b.length - a.length));
}

const STARS = /```([\s\S]+?)```|(?<![\p{L}\p{N}*_~`])([*_~`])(?!\s)([^\n]*?[^\s])\2(?![\p{L}\p{N}])/u;
const STARRED = { "*": "bold", _: "italic", "~": "strikethrough", "`": "code" };

/** Nodes for WhatsApp, whose marks stand in the text itself: *bold*, _italic_, ~struck~, `code`, and three of these. */
export function markedByStars({ text }) {
  const match = STARS.exec(text);
  if (!match) return entities({ text, entities: [] });
  const [all, block, sign, inner] = match;
  const mark = block === undefined ? MARKS[STARRED[sign]] : MARKS.pre;
  const words = block ?? (sign === "`" ? inner : markedByStars({ text: inner }));
  const after = text.slice(match.index + all.length);
  return [...entities({ text: text.slice(0, match.index), entities: [] }), mark(words), ...markedByStars({ text: after })];
}
