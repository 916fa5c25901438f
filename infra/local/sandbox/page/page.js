// The sandbox's page. `world` mirrors GET /state and follows GET /events; two Conversations show it, the client's and
// the team's. People's acts go out as POSTs and come back as events, like everybody else's: nothing is shown twice.

// ---------------------------------------------------------------------------------------------- small things

const $ = (selector, root = document) => root.querySelector(selector);

/** An element: `h("button", {class: "key", onclick: press}, "Take")`. Null children and attributes are left out. */
function h(tag, attributes = {}, ...children) {
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

const SHAPES = {
  send: "M3.400 20.400 21 12 3.400 3.600 3.400 10.100 15 12 3.400 13.900z",
  clip: "s:M20 11.500l-8.200 8.200a5.300 5.300 0 0 1-7.500-7.500l8.400-8.400a3.500 3.500 0 0 1 5 5l-8.400 8.400a1.800 1.800 0 0 1-2.500-2.500l7.700-7.700",
  chevron: "s:M8 10l4 4 4-4",
  down: "s:M12 5v14M6 13l6 6 6-6",
  out: "s:M8 16 16 8M9 8h7v7",
  close: "s:M7 7l10 10M17 7 7 17",
  reply: "s:M9.500 6 4 11.500 9.500 17M4 11.500h9.500a6 6 0 0 1 6 6v1",
  edit: "s:M4.500 19.500l.900-3.900L16 5l3 3L8.400 18.600z",
  smile: "s:M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17M8.500 14a4.200 4.200 0 0 0 7 0M9 9.500v.1M15 9.500v.1",
  pin: "M14.500 3l6.500 6.500-1.400 1.400-.9-.2-3.300 3.300.2 3.600-1.600 1.600-4-4L5 20.200 3.800 21v-.8L8.800 14l-4-4 1.600-1.600 3.600.2 3.300-3.300-.2-.9z",
  lock: "M7 10V8a5 5 0 0 1 10 0v2h1a1.500 1.500 0 0 1 1.500 1.500v7A1.500 1.500 0 0 1 18 20H6a1.500 1.500 0 0 1-1.500-1.500v-7A1.500 1.500 0 0 1 6 10zm2 0h6V8a3 3 0 0 0-6 0z",
  hash: "s:M9.500 4 7.500 20M16.500 4l-2 16M4.500 9h15.500M4 15h15.500",
  horn: "M4 9.500v5h3.500l1.200 4.500h2.300l-.9-4.500H11l7 3.500V6l-7 3.500zM19.500 9.800v4.400a2.300 2.300 0 0 0 0-4.400z",
  photo: "M5 5h14a1.500 1.500 0 0 1 1.500 1.500v11A1.500 1.500 0 0 1 19 19H5a1.500 1.500 0 0 1-1.500-1.500v-11A1.500 1.500 0 0 1 5 5zm3.300 3a1.700 1.700 0 1 0 0 3.400 1.700 1.700 0 0 0 0-3.400zM5.500 17h13l-4.300-5.700-3.400 4.200-2.100-2.400z",
  play: "M8 5.500v13l10.500-6.500z",
  file: "M6.500 3H14l4.500 4.500V20a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zm7 1.500V8H17z",
  place: "M12 2.500a7 7 0 0 0-7 7c0 5 7 12 7 12s7-7 7-12a7 7 0 0 0-7-7zm0 4.500a2.500 2.500 0 1 1 0 5 2.500 2.500 0 0 1 0-5z",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zm0 9.500c4.200 0 7.500 2.300 7.500 5.200V20h-15v-1.300c0-2.900 3.300-5.200 7.500-5.200z",
  voice: "M12 3a3 3 0 0 1 3 3v5.500a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zm-6 8.500h1.800a4.200 4.200 0 0 0 8.400 0H18a6 6 0 0 1-5.100 5.900V20h-1.800v-2.600A6 6 0 0 1 6 11.500z",
  stop: "s:M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17M6 6l12 12",
  trash: "s:M5 7h14M10 7V4.500h4V7M7 7l.8 12.500h8.400L17 7",
  globe: "s:M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17M3.500 12h17M12 3.500c3 3 3 14 0 17M12 3.500c-3 3-3 14 0 17",
};

function icon(name, className = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const drawn = SHAPES[name].startsWith("s:");
  path.setAttribute("d", drawn ? SHAPES[name].slice(2) : SHAPES[name]);
  if (drawn) path.setAttribute("class", "stroke");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  if (className) svg.setAttribute("class", className);
  svg.append(path);
  return svg;
}

const LANGUAGES = { ru: "Russian", en: "English" };
const TINTS = ["#d9655f", "#d98a3d", "#8a6fd8", "#4c9f70", "#3f97b8", "#4a7fd6", "#c9689b"];
const tintOf = (id) => TINTS[Math.abs(id) % TINTS.length];
const initials = (name) => name.trim().split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? "").join("").toUpperCase() || "?";
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const dayName = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const timeOf = (message) => clock.format(message.date * 1000);
const startOfDay = (seconds) => new Date(seconds * 1000).setHours(0, 0, 0, 0);

function dayOf(message) {
  const daysAgo = Math.round((startOfDay(Date.now() / 1000) - startOfDay(message.date)) / 86_400_000);
  return ["Today", "Yesterday"][daysAgo] ?? dayName.format(message.date * 1000);
}

function shortTime(message) {
  if (startOfDay(message.date) === startOfDay(Date.now() / 1000)) return timeOf(message);
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" }).format(message.date * 1000);
}

function avatar(name, tint, className = "") {
  return h("span", { class: `avatar ${className}`, style: `--tint: ${tint}`, "aria-hidden": "true" }, initials(name));
}

/** Local memory of this browser: what was chosen, what was read. */
const kept = {
  read: (key, otherwise) => JSON.parse(localStorage.getItem(`sandbox.${key}`) ?? "null") ?? otherwise,
  write: (key, value) => localStorage.setItem(`sandbox.${key}`, JSON.stringify(value)),
};

async function post(path, body) {
  let response;
  try {
    response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  } catch {
    throw new Error("The sandbox does not answer. Is it still running?");
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail ?? answer.title);
  return answer;
}

function toast(words, mood = "", where = $("#toasts")) {
  const note = h("div", { class: `toast ${mood}` }, words);
  where.append(note);
  setTimeout(() => note.remove(), 4000 + words.length * 30);
}

/** Do something that may fail; a failure is told, and null comes back. */
async function trying(act) {
  try {
    return await act();
  } catch (error) {
    toast(error.message, "bad");
    return null;
  }
}

// ---------------------------------------------------------------------------------------------- the world

const world = { bot: null, rooms: {}, staff: [], people: new Map(), chats: new Map(), webhook: {} };

const person = (id) => world.people.get(id);
const staffMember = (id) => world.staff.find((member) => member.telegram_user_id === id);
const clients = () => [...world.people.values()].filter((one) => one.is_client);
const desk = () => world.chats.get(world.rooms.desk);
const isSaid = (message) => !message.is_service;

function adopt(chat) {
  world.chats.set(chat.id, {
    ...chat,
    topics: new Map(chat.topics.map((topic) => [topic.id, topic])),
    messages: new Map(chat.messages.map((message) => [message.message_id, message])),
  });
}

function load(state) {
  Object.assign(world, { bot: state.bot, rooms: state.rooms, staff: state.staff, webhook: state.webhook });
  world.people = new Map(state.people.map((one) => [one.id, one]));
  world.chats.clear();
  state.chats.forEach(adopt);
}

/** Take one event into the world. Everything is whole and keyed, so the same event twice changes nothing. */
function apply(event) {
  const chat = world.chats.get(event.chat_id);
  switch (event.type) {
    case "message":
      if (!chat) return false;
      chat.messages.set(event.message.message_id, event.message);
      break;
    case "deleted":
      chat?.messages.delete(event.message_id);
      break;
    case "topic":
      chat?.topics.set(event.topic.id, event.topic);
      break;
    case "pins":
      if (chat) chat.pinned_ids = event.pinned_ids;
      break;
    case "person":
      world.people.set(event.person.id, event.person);
      if (event.person.is_client && !world.chats.has(event.person.id)) {
        adopt({ id: event.person.id, type: "private", title: event.person.name, is_forum: false, pinned_ids: [], topics: [], messages: [] });
      }
      break;
    case "webhook":
      world.webhook = event.webhook;
      break;
  }
  return true;
}

/** A place is where messages stand: a chat, and in the forum a topic of it (null: General). */
const place = (chatId, threadId = null) => ({ chatId, threadId, key: `${chatId}:${threadId ?? ""}` });

function messagesIn({ chatId, threadId }) {
  const chat = world.chats.get(chatId);
  if (!chat) return [];
  const all = [...chat.messages.values()].sort((a, b) => a.message_id - b.message_id);
  return chat.is_forum ? all.filter((message) => (message.is_topic_message ? message.message_thread_id : null) === threadId) : all;
}

function senderOf(message) {
  if (message.sender_chat) return { id: message.sender_chat.id, name: message.sender_chat.title };
  const known = person(message.from.id);
  return { id: message.from.id, name: known?.name ?? message.from.first_name };
}

const MEDIA = { photo: "Photo", video: "Video", voice: "Voice message", document: "Document", sticker: "Sticker", location: "Location", contact: "Contact" };
const kindOf = (message) => Object.keys(MEDIA).find((kind) => kind in message);

function summary(message) {
  if (message.is_service) return serviceWords(message);
  const kind = kindOf(message);
  const words = message.text ?? message.caption ?? "";
  if (!kind) return words || "Message";
  const label = kind === "sticker" ? `${message.sticker.emoji ?? ""} Sticker` : MEDIA[kind];
  return words ? `${label}: ${words}` : label;
}

function serviceWords(message) {
  const who = senderOf(message).name;
  if (message.forum_topic_created) return `${who} opened the topic “${message.forum_topic_created.name}”`;
  if (message.forum_topic_edited) return message.forum_topic_edited.name ? `${who} renamed the topic to “${message.forum_topic_edited.name}”` : `${who} changed the topic’s icon`;
  if (message.forum_topic_closed) return `${who} closed the topic`;
  if (message.forum_topic_reopened) return `${who} reopened the topic`;
  if (message.pinned_message) {
    const words = message.pinned_message.text ?? message.pinned_message.caption ?? "a message";
    return `${who} pinned “${words.length > 40 ? `${words.slice(0, 40).trim()}…` : words}”`;
  }
  return "Service message";
}

// ---------------------------------------------------------------------------------------------- read and unread

const seen = kept.read("seen", null) ?? {};
const firstVisit = kept.read("seen", null) === null;

function markSeen(where) {
  const last = messagesIn(where).at(-1)?.message_id ?? 0;
  if ((seen[where.key] ?? 0) >= last) return;
  seen[where.key] = last;
  kept.write("seen", seen);
}

const unread = (where, selfId) =>
  messagesIn(where).filter((message) => isSaid(message) && message.message_id > (seen[where.key] ?? 0) && message.from?.id !== selfId).length;

function allPlaces() {
  return [...world.chats.values()].flatMap((chat) => [place(chat.id), ...[...chat.topics.keys()].map((id) => place(chat.id, id))]);
}

// ---------------------------------------------------------------------------------------------- text with entities

const SAFE_LINK = /^(https?|tg|mailto):/i;

function link(address, words) {
  return SAFE_LINK.test(address) ? h("a", { href: address, target: "_blank", rel: "noopener" }, words) : words;
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
function marked(text, entities, from = 0, to = text.length) {
  const nodes = [];
  let at = from;
  const rest = [...entities];
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

// ---------------------------------------------------------------------------------------------- a conversation

const SHOWN_AT_ONCE = 200;
const GROUP_WITHIN_SECONDS = 300;
const AT_BOTTOM_PX = 60;

/** The pinned message, the log and the composer of one place. `self()` is who writes here, `say` sends. */
class Conversation {
  constructor(root, { name, self, acting, placeholder, emptyWords, seesEverybody }) {
    Object.assign(this, { root, name, self, acting, placeholder, emptyWords, seesEverybody });
    this.where = null;
    this.shown = new Map();
    this.drafts = new Map();
    this.limit = SHOWN_AT_ONCE;
    this.context = null;
    this.pinned = h("button", { type: "button", class: "pinned", hidden: true, onclick: () => this.goToPinned() });
    this.inner = h("div", { class: "log-inner" });
    this.log = h("div", { class: "log", role: "log", tabindex: 0, "aria-label": `Conversation: ${name}`, onscroll: () => this.scrolled(), onkeydown: (event) => this.walk(event) }, this.inner);
    this.newer = h("button", { type: "button", class: "newer", hidden: true, onclick: () => this.toBottom(true) });
    this.toasts = h("div", { class: "toasts", role: "status" });
    root.append(this.pinned, this.log, this.newer, this.makeComposer(), this.toasts);
    new ResizeObserver(() => this.stuck && this.toBottom()).observe(this.log);
  }

  makeComposer() {
    this.contextBar = h("div", { class: "context", hidden: true });
    this.input = h("textarea", { rows: 1, "aria-label": `${this.name}’s message`, enterkeyhint: "send", oninput: () => this.typed(), onkeydown: (event) => this.keyed(event) });
    this.attach = h("button", { type: "button", class: "icon-button", popovertarget: "attach-menu", "aria-haspopup": "true", "aria-label": `Send something else as the ${this.name.toLowerCase()}`, title: "Photo, voice, file…", onclick: () => (attaching = this) }, icon("clip"));
    this.sendButton = h("button", { type: "submit", class: "send", "aria-label": `Send the ${this.name.toLowerCase()}’s message`, title: "Send (Enter)", disabled: true }, icon("send"));
    this.row = h("div", { class: "composer-row" }, this.attach, this.input, this.sendButton);
    this.unblock = h("button", { type: "button", class: "unblock", hidden: true, onclick: () => trying(() => post("/block", { user: this.self().id, blocked: false })) }, "Unblock the bot");
    return h("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
      h("div", { class: "composer-box" }, this.contextBar, this.row, this.unblock));
  }

  open(where) {
    if (this.where?.key === where.key) return this.render();
    if (this.where) this.drafts.set(this.where.key, this.input.value);
    this.where = where;
    this.limit = SHOWN_AT_ONCE;
    this.shown.clear();
    this.inner.replaceChildren();
    this.input.value = this.drafts.get(where.key) ?? "";
    this.setContext(null);
    this.typed();
    this.stuck = true;
    this.render(false);
    this.toBottom();
  }

  // What is shown.

  render(animate = true) {
    if (!this.where) return;
    const messages = messagesIn(this.where);
    const wasAtBottom = this.stuck;
    const focused = this.focusedMark();
    const parts = this.parts(messages.slice(-this.limit), messages.length > this.limit);
    const wanted = new Set(parts.map((part) => part.key));
    for (const [key, { element }] of this.shown) {
      if (!wanted.has(key)) {
        element.remove();
        this.shown.delete(key);
      }
    }
    let after = null;
    let arrivedWords = 0;
    for (const part of parts) {
      const old = this.shown.get(part.key);
      if (old?.sign !== part.sign) {
        const element = part.make();
        if (old) old.element.replaceWith(element);
        else if (animate && part.message) {
          element.classList.add("arrived");
          if (isSaid(part.message) && !this.isOwn(part.message)) arrivedWords += 1;
        }
        this.shown.set(part.key, { sign: part.sign, element });
      }
      const { element } = this.shown.get(part.key);
      if (after ? after.nextSibling !== element : this.inner.firstChild !== element) {
        if (after) after.after(element);
        else this.inner.prepend(element);
      }
      after = element;
    }
    this.restoreFocus(focused);
    this.renderPinned();
    this.input.placeholder = this.placeholder();
    // Who blocked the bot cannot write to it: Telegram shows a button in place of the text box, and so does this page.
    const blocked = this.self()?.blocked === true && this.where.chatId === this.self().id;
    this.row.hidden = blocked;
    this.unblock.hidden = !blocked;
    if (wasAtBottom) this.toBottom();
    else if (arrivedWords) this.countNewer(arrivedWords);
  }

  /** Everything in the log, top to bottom, each with a key, a signature of how it looks, and a way to make it. */
  parts(messages, hasEarlier) {
    if (!messages.length) return [{ key: "empty", sign: this.where.key, make: () => this.emptyWords(this.where) }];
    const parts = hasEarlier ? [{ key: "earlier", sign: "", make: () => this.earlierButton() }] : [];
    messages.forEach((message, n) => {
      const before = messages[n - 1];
      const after = messages[n + 1];
      const newDay = !before || startOfDay(before.date) !== startOfDay(message.date);
      if (newDay) parts.push({ key: `day ${startOfDay(message.date)}`, sign: dayOf(message), make: () => h("div", { class: "day" }, dayOf(message)) });
      const first = newDay || !follows(before, message);
      const last = !after || startOfDay(after.date) !== startOfDay(message.date) || !follows(message, after);
      const original = message.reply_to_message_id ? world.chats.get(this.where.chatId).messages.get(message.reply_to_message_id) : null;
      const own = this.isOwn(message);
      const names = [senderOf(message).name, ...message.reactions.map((reaction) => person(reaction.from_id)?.name)];
      const sign = JSON.stringify([message, first, last, own, original && summary(original), names, this.self()?.id]);
      parts.push({ key: `message ${message.message_id}`, sign, message, make: () => this.messageElement(message, { first, last, own, original }) });
    });
    return parts;
  }

  isOwn = (message) => message.from?.id === this.self()?.id;

  earlierButton() {
    return h("button", { type: "button", class: "earlier", onclick: () => {
      const fromBottom = this.log.scrollHeight - this.log.scrollTop;
      this.limit += SHOWN_AT_ONCE;
      this.render(false);
      this.log.scrollTop = this.log.scrollHeight - fromBottom;
    } }, "Show earlier messages");
  }

  messageElement(message, { first, last, own, original }) {
    if (message.is_service) return h("div", { class: "service", "data-message-id": message.message_id }, serviceWords(message));
    const sender = senderOf(message);
    const showsSender = this.seesEverybody && !own;
    const kind = kindOf(message);
    const label = `${own ? "You" : sender.name}, ${timeOf(message)}${message.edit_date ? ", edited" : ""}`;
    const bare = kind === "sticker";
    const bubble = h("div", { class: `bubble ${bare ? "bare" : ""}` },
      showsSender && first && h("div", { class: "sender", style: `--tint: ${tintOf(sender.id)}` }, sender.name, this.roleMark(sender.id)),
      message.forward_origin && h("div", { class: "forwarded" }, `Forwarded from ${message.forward_origin.sender_user?.first_name ?? "somebody"}`),
      original && this.quote(original),
      kind && media(kind, message),
      this.words(message),
      h("span", { class: "meta" }, message.edit_date ? "edited " : "", h("time", { datetime: new Date(message.date * 1000).toISOString() }, timeOf(message))));
    bubble.style.setProperty("--meta-width", message.edit_date ? "88px" : "44px");
    const stack = h("div", { class: "stack" }, bubble, this.keyboard(message), this.reactions(message));
    const face = showsSender && (last ? faceOf(sender, "small") : h("span", {}));
    return h("article", {
      class: ["message", own && "own", first && "first", last && "last", !showsSender && "alone"].filter(Boolean).join(" "),
      "data-message-id": message.message_id, tabindex: -1, "aria-label": label,
    }, face, stack, this.actions(message, own));
  }

  roleMark(id) {
    const member = staffMember(id);
    return member ? h("small", {}, member.role) : null;
  }

  words(message) {
    const text = message.text ?? message.caption;
    if (text) return h("div", { class: "text" }, marked(text, message.entities ?? message.caption_entities ?? []));
    return kindOf(message) ? h("span", { class: "meta-space" }) : h("div", { class: "text" }, "A message of a kind the sandbox does not show");
  }

  quote(original) {
    return h("button", { type: "button", class: "quote", onclick: () => this.goTo(original.message_id) }, h("b", {}, senderOf(original).name), h("span", {}, summary(original)));
  }

  keyboard(message) {
    const rows = message.reply_markup?.inline_keyboard;
    if (!rows) return null;
    const key = (button) => button.url
      ? h("a", { class: "key", href: SAFE_LINK.test(button.url) ? button.url : null, target: "_blank", rel: "noopener" }, button.text, icon("out"))
      : h("button", { type: "button", class: "key", onclick: (event) => this.press(event.currentTarget, message, button) }, button.text);
    return h("div", { class: "keys" }, rows.map((row) => h("div", { class: "keys-row" }, row.map(key))));
  }

  reactions(message) {
    if (!message.reactions.length) return null;
    return h("div", { class: "reactions" }, message.reactions.map(({ emoji, from_id: from }) => {
      const name = person(from)?.name ?? "Somebody";
      const own = from === this.self()?.id;
      const inside = [emoji, h("small", {}, own ? "You" : name.split(" ")[0])];
      return own
        ? h("button", { type: "button", class: "reaction", "aria-label": `Take back ${emoji}`, onclick: () => this.react(message, null) }, inside)
        : h("span", { class: "reaction", role: "img", "aria-label": `${name} reacted with ${emoji}` }, inside);
    }));
  }

  actions(message, own) {
    const action = (name, label, act, attributes = {}) => h("button", { type: "button", "aria-label": label, title: label, onclick: act, ...attributes }, icon(name));
    return h("div", { class: "actions" },
      action("reply", "Reply", () => this.setContext({ kind: "reply", message })),
      action("smile", "React", () => (reacting = { conversation: this, message }), { popovertarget: "react-menu" }),
      own && (message.text ?? message.caption) !== undefined && action("edit", "Edit", () => this.setContext({ kind: "edit", message })));
  }

  renderPinned() {
    const chat = world.chats.get(this.where.chatId);
    const here = new Set(messagesIn(this.where).map((message) => message.message_id));
    const id = chat?.pinned_ids.findLast((pinned) => here.has(pinned));
    this.pinnedId = id ?? null;
    this.pinned.hidden = id === undefined;
    if (id === undefined) return;
    this.pinned.replaceChildren(h("span", {}, h("b", {}, "Pinned message"), h("span", { class: "pinned-text" }, summary(chat.messages.get(id)).replace(/\s*\n\s*/g, " · "))), icon("pin"));
  }

  // Scrolling: the log stays where its reader is, and follows only a reader who is at the bottom.

  scrolled() {
    this.stuck = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < AT_BOTTOM_PX;
    if (this.stuck) this.readAll();
  }

  toBottom(smoothly = false) {
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: smoothly ? "smooth" : "instant" });
    this.stuck = true;
    this.readAll();
  }

  readAll() {
    this.newerCount = 0;
    this.newer.hidden = true;
    if (document.visibilityState === "visible" && this.root.checkVisibility() && this.where) {
      markSeen(this.where);
      renderMarks();
    }
  }

  countNewer(count) {
    this.newerCount = (this.newerCount ?? 0) + count;
    this.newer.hidden = false;
    this.newer.replaceChildren(icon("down"), `${this.newerCount} new`);
  }

  goTo(id) {
    const { element } = this.shown.get(`message ${id}`) ?? {};
    if (!element) return;
    element.scrollIntoView({ block: "center", behavior: "smooth" });
    element.focus({ preventScroll: true });
    element.classList.add("flash");
    setTimeout(() => element.classList.remove("flash"), 1500);
  }

  goToPinned = () => this.pinnedId && this.goTo(this.pinnedId);

  /** Arrows walk from message to message once the log or a message has the focus. */
  walk(event) {
    if (!["ArrowUp", "ArrowDown"].includes(event.key) || event.target.closest("button, a")) return;
    const all = [...this.inner.querySelectorAll(".message")];
    if (!all.length) return;
    event.preventDefault();
    const at = all.indexOf(document.activeElement);
    const next = at < 0 ? all.length - 1 : Math.min(Math.max(at + (event.key === "ArrowUp" ? -1 : 1), 0), all.length - 1);
    all[next].focus();
  }

  /** A message drawn anew must not lose the focus somebody has in it. */
  focusedMark() {
    const message = document.activeElement?.closest?.(".message");
    if (!message || !this.inner.contains(message)) return null;
    const all = [...message.querySelectorAll("button, a")];
    return { id: message.dataset.messageId, at: all.indexOf(document.activeElement), element: document.activeElement };
  }

  restoreFocus(mark) {
    if (!mark || mark.element.isConnected) return;
    const message = $(`[data-message-id="${mark.id}"]`, this.inner);
    (mark.at < 0 ? message : (message?.querySelectorAll("button, a")[mark.at] ?? message))?.focus({ preventScroll: true });
  }

  // What people do.

  typed() {
    this.sendButton.disabled = !this.input.value.trim();
    if (!CSS.supports("field-sizing", "content")) {
      this.input.style.height = "auto";
      this.input.style.height = `${this.input.scrollHeight}px`;
    }
  }

  keyed(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape" && this.context) {
      this.setContext(null);
    } else if (event.key === "ArrowUp" && !this.input.value) {
      const own = messagesIn(this.where).findLast((message) => isSaid(message) && this.isOwn(message) && (message.text ?? message.caption));
      if (!own) return;
      event.preventDefault();
      this.setContext({ kind: "edit", message: own });
    }
  }

  /** Replying to or editing a message: shown above the text box until sent or dropped. */
  setContext(context) {
    if (this.context?.kind === "edit" && !context) this.input.value = "";
    this.context = context;
    this.contextBar.hidden = !context;
    if (context) {
      const { kind, message } = context;
      if (kind === "edit") this.input.value = message.text ?? message.caption;
      this.contextBar.replaceChildren(
        h("span", {}, h("b", {}, kind === "edit" ? "Editing" : `Reply to ${senderOf(message).name}`), summary(message)),
        h("button", { type: "button", class: "icon-button", "aria-label": "Drop", onclick: () => { this.setContext(null); this.input.focus(); } }, icon("close")));
      this.input.focus();
    }
    this.typed();
  }

  async submit() {
    const text = this.input.value.trim();
    if (!text) return;
    const { context, where } = this;
    if (context?.kind === "edit") {
      this.setContext(null);
      await trying(() => post("/edit", { ...this.acting(where), message_id: context.message.message_id, text }));
      return;
    }
    this.input.value = "";
    this.setContext(null);
    this.stuck = true;
    const sent = await trying(() => post("/say", this.said({ text }, context, where)));
    if (!sent && this.where.key === where.key && !this.input.value) {
      this.input.value = text;
      this.typed();
    }
  }

  said(content, context, where) {
    const { chat, ...who } = this.acting(where);
    const body = { messenger: "telegram", ...who, ...content };
    if ("staff" in who) Object.assign(body, { chat, topic: where.threadId });
    if (context?.kind === "reply") body.reply_to = context.message.message_id;
    return body;
  }

  sendKind(kind) {
    const text = kind === "sticker" ? "" : this.input.value.trim();
    const { context, where } = this;
    this.input.value = "";
    this.setContext(null);
    this.stuck = true;
    return trying(() => post("/say", this.said({ kind, text }, context, where)));
  }

  react(message, emoji) {
    return trying(() => post("/react", { ...this.acting(this.where), message_id: message.message_id, emoji }));
  }

  async press(key, message, button) {
    if (key.getAttribute("aria-busy")) return;
    key.setAttribute("aria-busy", "true");
    const answer = await trying(() => post("/tap", { ...this.acting(this.where), message_id: message.message_id, button: button.callback_data }));
    key.removeAttribute("aria-busy");
    if (answer?.text && answer.show_alert) {
      $("#alert p").textContent = answer.text;
      $("#alert").showModal();
    } else if (answer?.text) toast(answer.text, "", this.toasts);
    else if (answer && !answer.answered) toast("The bot did not answer the button", "bad", this.toasts);
  }
}

function follows(before, message) {
  return isSaid(before) && isSaid(message) && senderOf(before).id === senderOf(message).id && message.date - before.date < GROUP_WITHIN_SECONDS;
}

function faceOf({ id, name }, size = "") {
  if (id !== world.bot.id) return avatar(name, tintOf(id), size);
  const logo = $(".logo").cloneNode(true);
  logo.removeAttribute("class");
  return h("span", { class: `avatar plain ${size}`, "aria-hidden": "true" }, logo);
}

function media(kind, message) {
  const line = (shape, title, detail) => h("div", { class: "media" }, h("span", { class: "disc" }, icon(shape)), h("span", {}, h("b", {}, title), h("small", {}, detail)));
  const size = (bytes) => (bytes ? `${Math.max(1, Math.round(bytes / 1024))} KB` : "");
  switch (kind) {
    case "photo":
    case "video":
      return h("div", { class: "picture", role: "img", "aria-label": MEDIA[kind] }, icon(kind === "photo" ? "photo" : "play"));
    case "voice": {
      const bars = [5, 9, 14, 20, 12, 8, 16, 22, 18, 11, 7, 13, 19, 15, 9, 6, 11, 8, 5].map((height) => h("i", { style: `height: ${height}px` }));
      return h("div", { class: "media" }, h("span", { class: "disc" }, icon("play")), h("span", {}, h("span", { class: "wave", "aria-hidden": "true" }, bars), h("small", {}, `Voice message, 0:${String(message.voice.duration ?? 0).padStart(2, "0")}`)));
    }
    case "document":
      return line("file", message.document.file_name ?? "Document", size(message.document.file_size));
    case "sticker":
      return h("div", { class: "sticker", role: "img", "aria-label": "Sticker" }, message.sticker.emoji ?? "🙂");
    case "location":
      return line("place", "Location", `${message.location.latitude.toFixed(4)}, ${message.location.longitude.toFixed(4)}`);
    default:
      return line("person", message.contact.first_name, `+${message.contact.phone_number}`);
  }
}

// ---------------------------------------------------------------------------------------------- the two sides

const chosen = { client: kept.read("client", null), staff: kept.read("staff", null), place: null };

const manager = () => world.rooms.manager;
const isManagersChat = (where) => where.chatId === manager() && where.chatId > 0;
const teamSelf = (where) => person(isManagersChat(where) ? manager() : chosen.staff);

const clientSide = new Conversation($("#client-conversation"), {
  name: "Client",
  seesEverybody: false,
  self: () => person(chosen.client),
  acting: () => ({ user: chosen.client, chat: chosen.client }),
  placeholder: () => `Message as ${person(chosen.client)?.name ?? "a client"}`,
  emptyWords: () => h("div", { class: "empty" }, faceOf({ id: world.bot.id }), h("strong", {}, `A chat with ${world.bot.first_name}`), "Write something as this client, and see what the team gets on the right."),
});

const teamSide = new Conversation($("#team-conversation"), {
  name: "Team",
  seesEverybody: true,
  self: () => chosen.place && teamSelf(chosen.place),
  acting: (where) => ({ staff: teamSelf(where).id, chat: where.chatId }),
  placeholder: () => {
    const name = teamSelf(chosen.place)?.name ?? "the team";
    return chosen.place.threadId ? `Reply as ${name}, or // for a note` : `Message as ${name}`;
  },
  emptyWords: (where) => h("div", { class: "empty" }, roomFace(where), h("strong", {}, roomName(where)), where.chatId === world.rooms.desk ? "Topics open on the left when clients write. This is the place for everybody." : "Nothing here yet."),
});

function roomName(where) {
  const chat = world.chats.get(where.chatId);
  if (where.threadId) return chat.topics.get(where.threadId)?.name ?? "Deleted topic";
  if (where.chatId === world.rooms.desk) return "General";
  return chat.title;
}

function roomDetail(where) {
  const chat = world.chats.get(where.chatId);
  if (where.threadId) {
    const topic = chat.topics.get(where.threadId);
    return topic?.closed ? "Topic, closed" : `Topic in ${chat.title}`;
  }
  if (where.chatId === world.rooms.desk) return `${chat.title}, ${world.staff.length} people`;
  return { channel: "Channel", private: "Private chat with the bot", supergroup: "Group" }[chat.type];
}

const LEADING_EMOJI = /^(\p{Extended_Pictographic}(?:\u200d\p{Extended_Pictographic}|\ufe0f|\p{Emoji_Modifier})*|[\u2605\u2b50])/u;

/** The name without the emoji that already stands as the topic's face. */
const shownName = (where) => (where.threadId && roomName(where).replace(LEADING_EMOJI, "").trim()) || roomName(where);

function roomFace(where) {
  const chat = world.chats.get(where.chatId);
  if (where.threadId) {
    const topic = chat.topics.get(where.threadId);
    const tint = `#${(topic?.icon_color ?? 0x6fb9f0).toString(16).padStart(6, "0")}`;
    const name = topic?.name ?? "?";
    const emoji = name.match(LEADING_EMOJI)?.[0];
    return emoji
      ? h("span", { class: "avatar square glyph", style: `--tint: ${tint}`, "aria-hidden": "true" }, emoji)
      : avatar(name, `color-mix(in oklab, ${tint} 78%, #26364d)`, "square");
  }
  if (where.chatId === world.rooms.desk) return h("span", { class: "avatar square plain", "aria-hidden": "true" }, icon("hash"));
  if (chat.type === "private") return avatar(chat.title, tintOf(chat.id));
  return h("span", { class: "avatar square plain", "aria-hidden": "true" }, icon("horn"));
}

const roomPlaces = () => [place(world.rooms.desk), place(world.rooms.emergency), place(world.rooms.manager)];

function topicPlaces() {
  const last = (where) => messagesIn(where).at(-1)?.date ?? 0;
  return [...desk().topics.values()]
    .filter((topic) => !topic.deleted)
    .map((topic) => place(desk().id, topic.id))
    .sort((a, b) => last(b) - last(a) || b.threadId - a.threadId);
}

const rows = new Map();

function renderRooms() {
  const list = $("#room-list");
  const focusedKey = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const topics = topicPlaces();
  const wanted = [heading("Rooms"), ...roomPlaces().map(roomRow), heading("Topics"), ...(topics.length ? topics.map(roomRow) : [noTopics()])];
  for (const child of [...list.children]) if (!wanted.includes(child)) child.remove();
  wanted.forEach((element, n) => {
    if (list.children[n] !== element) list.insertBefore(element, list.children[n] ?? null);
  });
  if (focusedKey) rows.get(focusedKey)?.element.focus({ preventScroll: true });
}

const fixed = new Map();
function once(key, make) {
  if (!fixed.has(key)) fixed.set(key, make());
  return fixed.get(key);
}
const heading = (words) => once(words, () => h("h2", { role: "presentation" }, words));
const noTopics = () => once("none", () => h("p", { class: "room-empty", role: "presentation" }, "A topic opens here when a client writes."));

function roomRow(where) {
  const messages = messagesIn(where);
  const last = messages.findLast(isSaid) ?? messages.at(-1);
  const topic = where.threadId ? desk().topics.get(where.threadId) : null;
  const selected = chosen.place?.key === where.key;
  const count = selected && teamSide.stuck ? 0 : unread(where, teamSelf(where)?.id);
  const name = roomName(where);
  const who = last && isSaid(last) && !last.sender_chat && !last.from.is_bot ? `${last.from.id === teamSelf(where)?.id ? "You" : senderOf(last).name.split(" ")[0]}: ` : "";
  const words = last ? who + summary(last) : roomDetail(where);
  const sign = JSON.stringify([name, words, last && shortTime(last), count, selected, topic]);
  const old = rows.get(where.key);
  const element = old?.element ?? h("button", { type: "button", class: "room-row", role: "tab", "data-key": where.key, "aria-controls": "room", onclick: () => goTo(where), onkeydown: walkRooms });
  element.place = where;
  if (old?.sign !== sign) {
    element.setAttribute("aria-selected", String(selected));
    element.tabIndex = selected ? 0 : -1;
    element.classList.toggle("closed", Boolean(topic?.closed));
    element.setAttribute("aria-label", [name, topic?.closed && "closed", count && `${count} unread`].filter(Boolean).join(", "));
    element.replaceChildren(roomFace(where), h("b", {}, topic?.closed && icon("lock", "lock"), shownName(where)), h("time", {}, last ? shortTime(last) : ""), h("small", {}, words), count ? h("span", { class: "badge" }, String(count)) : "");
    rows.set(where.key, { element, sign });
  }
  return element;
}

function walkRooms(event) {
  const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...document.querySelectorAll(".room-row")];
  const next = all[Math.min(Math.max(all.indexOf(event.currentTarget) + step, 0), all.length - 1)];
  goTo(next.place, false);
  next.focus();
}

// A link to a topic of this forum, as Telegram writes them, stays on the page; all others open in a tab of their own.
document.addEventListener("click", (event) => {
  const [, group, thread] = /^https:\/\/t\.me\/c\/(\d+)\/(\d+)$/.exec(event.target.closest?.("a[href]")?.href ?? "") ?? [];
  if (!world.chats.get(Number(`-100${group}`))?.topics.has(Number(thread))) return;
  event.preventDefault();
  goTo(place(Number(`-100${group}`), Number(thread)));
});

function goTo(where, enter = true) {
  chosen.place = where;
  kept.write("place", { chatId: where.chatId, threadId: where.threadId });
  if (enter) $(".panel.team").classList.add("in-room");
  teamSide.open(where);
  renderTeam();
}

function renderTeam() {
  const topic = chosen.place.threadId ? desk().topics.get(chosen.place.threadId) : null;
  if (topic?.deleted) return goTo(place(world.rooms.desk), false);
  renderRooms();
  $("#room-title").replaceChildren(roomFace(chosen.place), h("span", {}, h("b", {}, topic?.closed && icon("lock", "lock"), shownName(chosen.place)), h("small", {}, roomDetail(chosen.place))));
  $("#topic-more").hidden = !topic;
  const self = teamSelf(chosen.place);
  const forced = isManagersChat(chosen.place) && self.id !== chosen.staff;
  picker($("#staff-picker"), "Staff", self, forced ? `${staffMember(self.id)?.role ?? "manager"}, in their own chat` : `team, ${staffMember(self.id)?.role ?? ""}`);
  teamSide.render();
}

function renderClient() {
  const self = person(chosen.client);
  const detail = self.blocked ? "has blocked the bot" : `client, ${LANGUAGES[self.language_code] ?? self.language_code ?? "language unknown"}`;
  picker($("#client-picker"), "Client", self, detail);
  clientSide.open(place(chosen.client));
}

function picker(button, label, one, detail) {
  const sign = JSON.stringify([one, detail]);
  if (button.dataset.sign === sign) return;
  button.dataset.sign = sign;
  button.setAttribute("aria-label", `${label}: ${one.name}`);
  button.replaceChildren(faceOf(one), h("span", { class: "who-words" }, h("b", {}, one.name), h("small", {}, detail)), icon("chevron", "chevron"));
}

/** Unread marks, the status on top, the window's title: what may change without a conversation changing. */
function renderMarks() {
  if (!world.bot || !chosen.place) return;
  renderRooms();
  const count = [...roomPlaces(), ...topicPlaces()].reduce((sum, where) => sum + unread(where, teamSelf(where)?.id), 0);
  document.title = `${count ? `(${count}) ` : ""}Vipdesk messenger sandbox`;
}

function renderStatus(connected = true) {
  const { url, pending, last_error_date: failedAt, last_error_message: reason } = world.webhook;
  const address = url ? new URL(url).host : "";
  const failing = failedAt && pending > 0;
  const [mood, words] = !connected ? ["bad", "The sandbox does not answer, trying again…"]
    : !url ? ["", "No webhook yet: the product has not called setWebhook"]
    : failing ? ["bad", `${pending} waiting for ${address}: ${reason}`]
    : pending > 2 ? ["warn", `${pending} updates on their way to ${address}`]
    : ["good", `Delivering to ${address}`];
  const status = $("#status");
  if (status.dataset.mood !== mood) status.dataset.mood = mood;
  if ($(".words", status).textContent !== words) $(".words", status).textContent = words;
  status.title = words;
}

function render() {
  chosen.client = person(chosen.client)?.is_client ? chosen.client : clients()[0]?.id ?? null;
  chosen.staff = staffMember(chosen.staff) ? chosen.staff : (world.staff.find((member) => member.role === "support") ?? world.staff[0]).telegram_user_id;
  if (!chosen.place) {
    const last = kept.read("place", null);
    const known = last && world.chats.has(last.chatId) && (!last.threadId || world.chats.get(last.chatId).topics.get(last.threadId)?.deleted === false);
    chosen.place = known ? place(last.chatId, last.threadId) : place(world.rooms.desk);
    teamSide.open(chosen.place);
  }
  if (chosen.client) renderClient();
  renderTeam();
  renderStatus();
  renderMarks();
}

// ---------------------------------------------------------------------------------------------- menus

let attaching = null;
let reacting = null;

/** Popovers open beside the button that opened them, inside the window. */
function standBeside(menu, opener) {
  const from = opener.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const above = from.bottom + size.height + 12 > innerHeight;
  menu.style.left = `${Math.max(8, Math.min(from.left, innerWidth - size.width - 8))}px`;
  menu.style.top = `${Math.max(8, above ? from.top - size.height - 6 : from.bottom + 6)}px`;
}

let opener = null;
document.addEventListener("click", (event) => { opener = event.target.closest("[popovertarget]") ?? opener; }, true);

const choice = (face, name, detail, attributes) => h("button", { type: "button", class: "choice", ...attributes }, face, h("span", { class: "choice-words" }, name, detail && h("small", {}, detail)));
const choose = (menu, act) => async () => { menu.hidePopover(); await act(); };

const menus = {
  "client-list": (menu) => $("[data-choices]", menu).replaceChildren(...clients().map((one) => {
    const last = messagesIn(place(one.id)).at(-1);
    const count = one.id === chosen.client ? 0 : unread(place(one.id), one.id);
    const row = choice(avatar(one.name, tintOf(one.id), "small"), one.name, last ? summary(last) : "No messages yet", { "aria-pressed": String(one.id === chosen.client), onclick: choose(menu, () => pickClient(one.id)) });
    if (count) row.append(h("span", { class: "badge", style: "flex: none" }, String(count)));
    return row;
  })),
  "staff-list": (menu) => $("[data-choices]", menu).replaceChildren(...world.staff.map((member) =>
    choice(avatar(member.name, tintOf(member.telegram_user_id), "small"), member.name, member.role, { "aria-pressed": String(member.telegram_user_id === chosen.staff), onclick: choose(menu, () => pickStaff(member.telegram_user_id)) }))),
  "client-menu": (menu) => {
    const one = person(chosen.client);
    const other = one.language_code === "ru" ? "en" : "ru";
    menu.replaceChildren(
      choice(icon("globe"), `Switch to ${LANGUAGES[other]}`, null, { onclick: choose(menu, () => trying(() => post("/clients", { user: one.id, language_code: other }))) }),
      choice(icon("stop"), one.blocked ? "Unblock the bot" : "Block the bot", null, { class: one.blocked ? "choice" : "choice danger", onclick: choose(menu, () => trying(() => post("/block", { user: one.id, blocked: !one.blocked }))) }));
  },
  "topic-menu": (menu) => menu.replaceChildren(
    choice(icon("trash"), "Delete this topic", null, { class: "choice danger", onclick: choose(menu, () => trying(() => post("/topics/delete", { topic: chosen.place.threadId }))) })),
  "attach-menu": (menu) => menu.replaceChildren(...[["photo", "Photo"], ["video", "Video"], ["voice", "Voice message"], ["document", "Document"], ["sticker", "Sticker"], ["location", "Location"], ["contact", "Own phone number"]].map(([kind, name]) =>
    choice(icon({ video: "play", document: "file", sticker: "smile", location: "place", contact: "person" }[kind] ?? kind), name, null, { onclick: choose(menu, () => attaching.sendKind(kind)) }))),
  "react-menu": (menu) => menu.replaceChildren(...["👍", "❤", "🔥", "🎉", "😢", "🙏", "👎"].map((emoji) =>
    h("button", { type: "button", "aria-label": `React with ${emoji}`, onclick: choose(menu, () => reacting.conversation.react(reacting.message, emoji)) }, emoji))),
};

for (const [id, fill] of Object.entries(menus)) {
  const menu = document.getElementById(id);
  menu.addEventListener("beforetoggle", (event) => event.newState === "open" && fill(menu));
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "open") return;
    standBeside(menu, opener);
    ($('[aria-pressed="true"]', menu) ?? $("button", menu))?.focus();
  });
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step || !event.target.matches("button")) return;
    event.preventDefault();
    const all = [...menu.querySelectorAll("button")];
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  });
}

function pickClient(id) {
  chosen.client = id;
  kept.write("client", id);
  renderClient();
  clientSide.input.focus();
}

function pickStaff(id) {
  chosen.staff = id;
  kept.write("staff", id);
  renderTeam();
  teamSide.input.focus();
}

$("#new-client").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const added = await trying(() => post("/clients", Object.fromEntries(new FormData(form))));
  if (!added) return;
  form.reset();
  $("#client-list").hidePopover();
  apply({ type: "person", person: added });
  pickClient(added.id);
});

$("#back").addEventListener("click", () => {
  $(".panel.team").classList.remove("in-room");
  rows.get(chosen.place.key)?.element.focus();
});

for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => {
    document.body.dataset.panel = button.dataset.show;
    for (const other of document.querySelectorAll("[data-show]")) other.setAttribute("aria-pressed", String(other === button));
    (button.dataset.show === "client" ? clientSide : teamSide).toBottom();
  });
}

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}
setTheme(kept.read("theme", null));
$("#theme").addEventListener("click", () => {
  const dark = document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const theme = dark === "dark" ? "light" : "dark";
  kept.write("theme", theme);
  setTheme(theme);
});

document.addEventListener("visibilitychange", () => {
  for (const side of [clientSide, teamSide]) if (side.stuck) side.readAll();
});

// ---------------------------------------------------------------------------------------------- living

let waiting = null;
let scheduled = false;

/** Many events may come at once (a topic, its card, a pin): draw once for all of them. */
function renderSoon() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    render();
  });
}

async function refresh() {
  waiting = [];
  load(await (await fetch("/state")).json());
  if (firstVisit && !Object.keys(seen).length) allPlaces().forEach(markSeen);
  kept.write("seen", seen);
  waiting.forEach(apply);
  waiting = null;
  render();
}

const stream = new EventSource("/events");
stream.addEventListener("hello", () => trying(refresh));
stream.addEventListener("error", () => world.bot && renderStatus(false));
stream.addEventListener("message", ({ data }) => {
  const event = JSON.parse(data);
  if (waiting) waiting.push(event);
  else if (world.bot && apply(event)) renderSoon();
});
