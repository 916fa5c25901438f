// One message: its bubble, what is attached, its buttons, its reactions, and what can be done with it.

import { safeAddress } from "./entities.js";
import { h } from "./elements.js";
import { avatar, deskFace, tintOf } from "./faces.js";
import { icon } from "./icons.js";
import { media } from "./media.js";
import { current } from "./menus.js";
import { MESSENGERS, TICKS } from "./messengers.js";
import { summary } from "./places.js";
import { timeOf } from "./times.js";
import { can, staffMember } from "./world.js";

/** `conversation` carries out what is tapped; `first` and `last` of what one person wrote in a row; `original`: what it
 *  answers; `tick`: how far it has come. */
export function bubble(conversation, message, { first, last, own, original, tick }) {
  if (message.service) return h("div", { class: "service", "data-message-id": message.id }, message.service);
  const showsSender = conversation.side.seesEverybody && !own;
  const { from } = message;
  const body = h("div", { class: `bubble ${shape(message)}` },
    showsSender && first && h("div", { class: "sender", style: `--tint: ${tintOf(from.id)}` }, from.name, role(from.id)),
    message.forwarded && h("div", { class: "forwarded" }, `Forwarded from ${message.forwarded}`),
    original && quote(conversation, original),
    media(message),
    words(conversation, message),
    meta(message, tick));
  body.style.setProperty("--meta-width", `${44 + (message.is_edited ? 44 : 0) + (tick ? 20 : 0)}px`);
  const face = showsSender && (last ? (message.isBot ? deskFace("small") : avatar(from.name, tintOf(from.id), "small")) : h("span", {}));
  const label = [own ? "You" : from.name, timeOf(message.at), message.is_edited && "edited", TICKS[tick]].filter(Boolean).join(", ");
  return h("article", {
    class: ["message", own && "own", first && "first", last && "last", !showsSender && "alone"].filter(Boolean).join(" "),
    "data-message-id": message.id, tabindex: -1, "aria-label": label,
  }, face, h("div", { class: "stack" }, body, message.trouble && h("p", { class: "trouble" }, icon("bang"), message.trouble), keys(conversation, message), reactions(conversation, message)),
  !message.is_removed && actions(conversation, message, own));
}

/** A sticker stands without a bubble; a picture alone fills its own, the time on it. */
function shape(message) {
  const kind = message.files[0]?.kind;
  if (kind === "sticker") return "bare";
  return ["photo", "animation"].includes(kind) && !message.text ? "framed" : "";
}

function role(id) {
  const member = staffMember(id);
  return member && h("small", {}, member.role);
}

function words(conversation, message) {
  if (message.is_removed) return h("div", { class: "text gone" }, "Removed message");
  if (message.text) return h("div", { class: "text" }, MESSENGERS[conversation.where.messenger].words(message));
  if (message.files.length || message.location || message.contact) return h("span", { class: "meta-space" });
  return h("div", { class: "text gone" }, "A message of a kind the sandbox does not show");
}

function meta(message, tick) {
  return h("span", { class: "meta" }, message.is_edited ? "edited " : "", h("time", { datetime: new Date(message.at * 1000).toISOString() }, timeOf(message.at)), ticks(tick));
}

/** How far it has come; a screen reader hears it with the message's name. */
function ticks(tick) {
  return tick && h("span", { class: "ticks", "data-tick": tick, title: TICKS[tick] }, icon({ sent: "tick", failed: "bang" }[tick] ?? "ticks"));
}

const quote = (conversation, original) =>
  h("button", { type: "button", class: "quote", onclick: () => conversation.goTo(original.id) }, h("b", {}, original.from.name), h("span", {}, summary(original)));

/** Inline buttons under a message; WhatsApp's list opens under its own button. */
function keys(conversation, message) {
  if (!message.buttons.length) return null;
  const rows = keyRows(message.buttons, (element, button) => conversation.press(element, button, message));
  return message.menu ? h("details", { class: "keys list" }, h("summary", { class: "key" }, icon("list"), message.menu), rows) : h("div", { class: "keys" }, rows);
}

export function keyRows(buttons, press) {
  const key = (button) => button.url
    ? h("a", { class: "key", href: safeAddress(button.url), target: "_blank", rel: "noopener" }, button.text, icon("out", "out"))
    : h("button", { type: "button", class: "key", onclick: (event) => press(event.currentTarget, button) }, button.text, button.about && h("small", {}, button.about));
  return buttons.map((row) => h("div", { class: "keys-row" }, row.map(key)));
}

function reactions(conversation, message) {
  if (!message.reactions.length) return null;
  return h("div", { class: "reactions" }, message.reactions.map(({ emoji, from }) => {
    const own = from.id === conversation.side.selfId();
    const inside = [emoji, h("small", {}, own ? "You" : from.name.split(" ")[0])];
    return own
      ? h("button", { type: "button", class: "reaction", "aria-label": `Take back ${emoji}`, onclick: () => conversation.act("react", message, {}) }, inside)
      : h("span", { class: "reaction", role: "img", "aria-label": `${from.name} reacted with ${emoji}` }, inside);
  }));
}

function actions(conversation, message, own) {
  const { messenger } = conversation.where;
  const { reactions: emoji, quotes } = MESSENGERS[messenger];
  const action = (name, label, act, attributes = {}) => h("button", { type: "button", "aria-label": label, title: label, onclick: act, ...attributes }, icon(name));
  return h("div", { class: "actions" },
    quotes && action("reply", "Reply", () => conversation.composer.setContext({ kind: "reply", message })),
    can(messenger, "react") && emoji.length > 0 && action("smile", "React", () => (current.reacting = { conversation, message }), { popovertarget: "react-menu" }),
    own && message.text && can(messenger, "edit") && action("edit", "Edit", () => conversation.composer.setContext({ kind: "edit", message })),
    own && can(messenger, "remove") && action("trash", "Remove", () => conversation.act("remove", message, {})));
}
