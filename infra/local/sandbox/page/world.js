// The world: a mirror of GET /state that follows GET /events. Telegram, where the team is, and chats of all messengers.

import { fromTelegram } from "./telegram.js";

/** `sides`: by messenger, its account, its chats with clients (by id), the webhook, and what people can do there. */
export const world = { bot: null, rooms: {}, staff: [], people: new Map(), groups: new Map(), sides: new Map() };

export const person = (id) => world.people.get(id);
export const staffMember = (id) => world.staff.find((member) => member.telegram_user_id === id);

/** The desk's own, then whatever further ones there are. */
export const forums = () => [...world.groups.values()].filter((chat) => chat.is_forum).sort((a, b) => (b.id === world.rooms.desk) - (a.id === world.rooms.desk));

export const can = (messenger, act) => world.sides.get(messenger).acts.includes(act);

/** Everybody who may be played in a messenger: Telegram's clients are among its people, others have a chat each. */
export function clientsOf(messenger) {
  if (messenger !== "telegram") return [...(world.sides.get(messenger)?.chats.values() ?? [])];
  return [...world.people.values()].filter((one) => one.is_client).map(telegramClient);
}

export function client(messenger, id) {
  if (messenger !== "telegram") return world.sides.get(messenger)?.chats.get(id) ?? null;
  return person(id)?.is_client ? telegramClient(person(id)) : null;
}

const telegramClient = (one) => ({ id: one.id, name: one.name, about: one.username && `@${one.username}`, language: one.language_code, is_blocking: one.blocked, notice: null, keyboard: [] });

const telegramMessage = (message) => fromTelegram(message, (id) => person(id)?.name ?? "Somebody");

function adoptGroup(chat) {
  world.groups.set(chat.id, {
    ...chat,
    topics: new Map(chat.topics.map((topic) => [topic.id, topic])),
    messages: new Map(chat.messages.map((message) => [message.message_id, telegramMessage(message)])),
  });
}

/** Of two people, the ids of who wrote say enough: "client" and "desk". */
function adoptChat(side, chat) {
  const names = { client: chat.name, desk: side.account.name };
  const from = (by) => ({ id: by, name: names[by] });
  const messages = chat.messages.map((message, n) => ({
    ...message,
    order: n + 1,
    from: from(message.by),
    isBot: message.by === "desk",
    service: null,
    forwarded: message.is_forwarded ? "somebody" : null,
    reactions: message.reactions.map(({ emoji, by }) => ({ emoji, from: from(by) })),
  }));
  side.chats.set(chat.id, { ...chat, messages: new Map(messages.map((message) => [message.id, message])) });
}

export function load(state) {
  Object.assign(world, { bot: state.bot, rooms: state.rooms, staff: state.staff });
  world.people = new Map(state.people.map((one) => [one.id, one]));
  world.groups.clear();
  state.chats.forEach(adoptGroup);
  world.sides = new Map([["telegram", { account: { name: state.bot.first_name }, chats: world.groups, webhook: state.webhook, acts: state.acts }]]);
  for (const [name, told] of Object.entries(state.messengers)) {
    const side = { ...told, chats: new Map() };
    told.chats.forEach((chat) => adoptChat(side, chat));
    world.sides.set(name, side);
  }
}

const EVENTS = {
  message: ({ chat_id: id, message }) => world.groups.get(id)?.messages.set(message.message_id, telegramMessage(message)),
  deleted: ({ chat_id: id, message_id: gone }) => world.groups.get(id)?.messages.delete(gone),
  topic: ({ chat_id: id, topic }) => world.groups.get(id)?.topics.set(topic.id, topic),
  pins: ({ chat_id: id, pinned_ids: pins }) => { if (world.groups.has(id)) world.groups.get(id).pinned_ids = pins; },
  person: ({ person: one }) => {
    world.people.set(one.id, one);
    if (one.is_client && !world.groups.has(one.id)) adoptGroup({ id: one.id, type: "private", title: one.name, is_forum: false, pinned_ids: [], topics: [], messages: [] });
  },
  webhook: ({ webhook }) => { world.sides.get("telegram").webhook = webhook; },
  chat: ({ messenger, chat }) => adoptChat(world.sides.get(messenger), chat),
  deliveries: ({ messenger, deliveries }) => { world.sides.get(messenger).webhook = deliveries; },
};

/** Take one event into the world. Everything is whole and keyed, so the same event twice changes nothing. */
export const apply = (event) => EVENTS[event.type]?.(event);
