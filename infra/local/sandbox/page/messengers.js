// What the page knows of each messenger beyond its chats: its name, what its people can send and react with, how they
// open a deep link. Whether they can edit, remove, react or block is told by the sandbox: see `can` in world.js.

import { entities, markedByStars } from "./entities.js";

const files = ["photo", "video", "voice", "document"];

export const MESSENGERS = {
  telegram: {
    name: "Telegram",
    kinds: [...files, "sticker", "location", "contact"],
    reactions: ["👍", "❤", "🔥", "🎉", "😢", "🙏", "👎"],
    quotes: true,
    words: entities,
    start: (payload) => ["/say", { text: `/start ${payload}` }],
  },
  whatsapp: {
    name: "WhatsApp",
    kinds: [...files, "sticker", "location", "contact"],
    reactions: ["👍", "❤️", "😂", "😮", "😢", "🙏"],
    quotes: true,
    words: markedByStars,
    // A wa.me link carries words that the person sends themself.
    start: (payload) => ["/say", { text: payload }],
  },
  vk: {
    name: "VK",
    kinds: [...files, "sticker", "location"],
    reactions: ["👍", "❤", "🔥", "😂", "🎉", "🙏", "😭", "👎"],
    quotes: true,
    words: entities,
    start: (payload) => ["/say", { text: "Начать", ref: payload }],
  },
  viber: {
    name: "Viber",
    kinds: ["photo", "video", "document", "sticker", "location", "contact"],
    reactions: [],
    quotes: false,
    words: entities,
    start: (payload) => ["/start", { payload }],
  },
  max: {
    name: "MAX",
    kinds: [...files, "sticker", "location", "contact"],
    reactions: [],
    quotes: true,
    words: entities,
    start: (payload) => ["/start", { payload }],
  },
};

/** Everything that can be sent: what it is called, its icon and, when it is a file of one's own, what files may be chosen. */
export const KINDS = {
  photo: { name: "Photo", icon: "photo", accept: "image/*" },
  video: { name: "Video", icon: "play", accept: "video/*" },
  animation: { name: "Animation", icon: "play", accept: "image/gif,video/mp4" },
  audio: { name: "Audio", icon: "play", accept: "audio/*" },
  voice: { name: "Voice message", icon: "voice", accept: "audio/*" },
  document: { name: "Document", icon: "file", accept: "*/*" },
  sticker: { name: "Sticker", icon: "smile" },
  location: { name: "Location", icon: "place" },
  contact: { name: "Own phone number", icon: "person" },
};

export const TICKS = { sent: "sent", delivered: "delivered", read: "read", failed: "not delivered" };
