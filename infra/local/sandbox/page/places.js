// Places: where messages stand. A client's chat in some messenger, a room of the team, a topic of the forum.

import { avatar, leadingEmoji, tintOf, withoutEmoji } from "./faces.js";
import { h, kept } from "./elements.js";
import { icon } from "./icons.js";
import { KINDS } from "./messengers.js";
import { forums, world } from "./world.js";

/** `topic` null in the forum: General. */
export const place = (messenger, chat, topic = null) => ({ messenger, chat, topic, key: `${messenger}:${chat}:${topic ?? ""}` });
export const room = (chat, topic = null) => place("telegram", chat, topic);

export const chatOf = ({ messenger, chat }) => world.sides.get(messenger)?.chats.get(chat);

/** Oldest first. */
export function messagesIn(where) {
  const chat = chatOf(where);
  if (!chat) return [];
  const all = [...chat.messages.values()].sort((a, b) => a.order - b.order);
  return chat.is_forum ? all.filter((message) => message.topic === where.topic) : all;
}

export function summary(message) {
  if (message.service) return message.service;
  if (message.is_removed) return "Removed message";
  const kind = message.files[0]?.kind ?? (message.location ? "location" : message.contact ? "contact" : null);
  const label = { sticker: `${message.sign ?? ""} Sticker`.trim(), contact: "Contact" }[kind] ?? KINDS[kind]?.name;
  return [label, message.text].filter(Boolean).join(": ") || "Message";
}

export const roomPlaces = () => [...forums().map((chat) => room(chat.id)), room(world.rooms.emergency), room(world.rooms.manager)];

export function topicPlaces() {
  const last = (where) => messagesIn(where).at(-1)?.at ?? 0;
  return forums()
    .flatMap((chat) => [...chat.topics.values()].filter((topic) => !topic.deleted).map((topic) => room(chat.id, topic.id)))
    .sort((a, b) => last(b) - last(a) || b.topic - a.topic);
}

export const topicOf = (where) => (where.topic ? world.groups.get(where.chat).topics.get(where.topic) : null);

export function roomName(where) {
  if (where.topic) return topicOf(where)?.name ?? "Deleted topic";
  return where.chat === world.rooms.desk ? "General" : world.groups.get(where.chat).title;
}

/** The name without the emoji that already stands as the topic's face. */
export const shownName = (where) => (where.topic ? withoutEmoji(roomName(where)) : roomName(where));

export function roomDetail(where) {
  const chat = world.groups.get(where.chat);
  if (where.topic) return topicOf(where)?.closed ? "Topic, closed" : `Topic in ${chat.title}`;
  if (chat.is_forum) return `${chat.title}, ${world.staff.length} people`;
  return { channel: "Channel", private: "Private chat with the bot", supergroup: "Group" }[chat.type];
}

export function roomFace(where) {
  const chat = world.groups.get(where.chat);
  const square = (name) => h("span", { class: "avatar square plain", "aria-hidden": "true" }, icon(name));
  if (!where.topic) return chat.is_forum ? square("hash") : chat.type === "private" ? avatar(chat.title, tintOf(chat.id)) : square("horn");
  const topic = topicOf(where);
  const tint = `#${(topic?.icon_color ?? 0x6fb9f0).toString(16).padStart(6, "0")}`;
  const emoji = leadingEmoji(roomName(where));
  return emoji
    ? h("span", { class: "avatar square glyph", style: `--tint: ${tint}`, "aria-hidden": "true" }, emoji)
    : avatar(roomName(where), `color-mix(in oklab, ${tint} 78%, #26364d)`, "square");
}

// What was read, in every place up to which message.

const read = kept.read("read", null) ?? {};
const isFirstVisit = kept.read("read", null) === null;

export function markRead(where) {
  const last = messagesIn(where).at(-1)?.order ?? 0;
  if ((read[where.key] ?? 0) >= last) return;
  read[where.key] = last;
  kept.write("read", read);
}

export const unread = (where, isOwn) => messagesIn(where).filter((message) => !message.service && message.order > (read[where.key] ?? 0) && !isOwn(message)).length;

/** Whoever comes for the first time has not missed what was said before them. */
export function readWhatWasBefore() {
  if (!isFirstVisit || Object.keys(read).length) return;
  for (const [messenger, { chats }] of world.sides) {
    for (const chat of chats.values()) [null, ...(chat.topics?.keys() ?? [])].forEach((topic) => markRead(place(messenger, chat.id, topic)));
  }
  kept.write("read", read);
}
