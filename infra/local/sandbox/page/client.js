// The client's side: a messenger, somebody who writes in it, their chat with the desk.

import { post, trying } from "./asking.js";
import { Conversation } from "./conversation.js";
import { $, h, kept } from "./elements.js";
import { avatar, deskFace, tintOf } from "./faces.js";
import { icon } from "./icons.js";
import { choice, choose, menu } from "./menus.js";
import { MESSENGERS } from "./messengers.js";
import { messagesIn, place, summary, unread } from "./places.js";
import { can, client, clientsOf, world } from "./world.js";

const LANGUAGES = { ru: "Russian", en: "English" };

/** `ids`: whoever was chosen last, in each messenger. */
const chosen = { messenger: kept.read("messenger", "telegram"), ids: kept.read("clients", {}) };

/** Somebody just added: they are in the world as soon as the event of it comes. */
let awaited = null;

const self = () => client(chosen.messenger, chosen.ids[chosen.messenger]);
const account = () => world.sides.get(chosen.messenger).account.name;
const messengers = () => Object.keys(MESSENGERS).filter((name) => world.sides.has(name));

const side = {
  name: "Client",
  seesEverybody: false,
  selfId: () => ownId(chosen.messenger, chosen.ids[chosen.messenger]),
  acting: ({ messenger, chat }) => ({ messenger, user: chat }),
  writing: (where) => side.acting(where),
  tickOf: (message) => message.tick ?? (message.isBot || message.service ? null : isTaken(message) ? "delivered" : "sent"),
  isBlocking: () => Boolean(self()?.is_blocking),
  keyboard: () => self()?.keyboard ?? [],
  placeholder: () => `Message as ${self()?.name ?? "a client"}`,
  emptyWords: () => h("div", { class: "empty" }, deskFace(), h("strong", {}, `A chat with ${account()}`),
    self() ? "Write something as this client, and see what the team gets on the right." : `Add a client to write in ${MESSENGERS[chosen.messenger].name}.`),
};

/** Whether the product has taken what its webhook was told of this message. */
const isTaken = (message) => !world.sides.get(chosen.messenger).webhook.untaken.includes(`${chosen.ids[chosen.messenger]}:${message.id}`);

/** Telegram's people have ids in every chat; in other messengers the client is just the client. */
const ownId = (messenger, id) => (messenger === "telegram" ? id : "client");

const unreadOf = (messenger, one) => unread(place(messenger, one.id), (message) => message.from.id === ownId(messenger, one.id));

export let conversation = null;

export function begin(onRead) {
  conversation = new Conversation($("#client-conversation"), side, onRead);
}

export function render() {
  if (!world.sides.has(chosen.messenger)) chosen.messenger = "telegram";
  if (!self() && chosen.ids[chosen.messenger] !== awaited) chosen.ids[chosen.messenger] = clientsOf(chosen.messenger)[0]?.id ?? null;
  $(".panel.client").dataset.messenger = chosen.messenger;
  renderMessengers();
  renderPicker();
  renderNotice();
  conversation.open(place(chosen.messenger, chosen.ids[chosen.messenger]));
}

/** Which messengers there are, and in which something waits to be read by somebody other than who is shown. */
export function renderMessengers() {
  const bar = $("#messengers");
  const focused = bar.contains(document.activeElement) ? document.activeElement.dataset.messenger : null;
  const sign = JSON.stringify([chosen.messenger, messengers().map((name) => [name, waiting(name)])]);
  if (bar.dataset.sign === sign) return;
  bar.dataset.sign = sign;
  bar.replaceChildren(...messengers().map((name) => h("button", {
    type: "button", "data-messenger": name, "aria-pressed": String(name === chosen.messenger), onclick: () => pickMessenger(name),
  }, MESSENGERS[name].name, waiting(name) > 0 && h("span", { class: "mark" }, h("span", { class: "hidden" }, `, ${waiting(name)} unread`)))));
  if (focused) $(`[data-messenger="${focused}"]`, bar)?.focus();
}

const waiting = (messenger) => clientsOf(messenger)
  .filter((one) => messenger !== chosen.messenger || one.id !== chosen.ids[messenger])
  .reduce((sum, one) => sum + unreadOf(messenger, one), 0);

function renderPicker() {
  const one = self();
  const detail = !one ? `in ${MESSENGERS[chosen.messenger].name}` : one.is_blocking ? "has blocked the bot" : [one.about, LANGUAGES[one.language] ?? one.language].filter(Boolean).join(", ") || "client";
  const button = $("#client-picker");
  const name = one?.name ?? "Nobody yet";
  const sign = JSON.stringify([chosen.messenger, one?.id, name, detail]);
  $("#client-more").hidden = !one;
  if (button.dataset.sign === sign) return;
  button.dataset.sign = sign;
  button.setAttribute("aria-label", `Client: ${name}`);
  button.replaceChildren(avatar(name, tintOf(one?.id ?? 0)), h("span", { class: "who-words" }, h("b", {}, name), h("small", {}, detail)), icon("chevron", "chevron"));
}

function renderNotice() {
  const words = self()?.is_blocking ? null : self()?.notice;
  $("#notice").hidden = !words;
  $("#notice").textContent = words ?? "";
}

function pickMessenger(name) {
  chosen.messenger = name;
  kept.write("messenger", name);
  render();
}

function pick(id) {
  chosen.ids[chosen.messenger] = id;
  kept.write("clients", chosen.ids);
  render();
  conversation.composer.input.focus();
}

menu("client-list", (element) => $("[data-choices]", element).replaceChildren(...clientsOf(chosen.messenger).map((one) => {
  const last = messagesIn(place(chosen.messenger, one.id)).at(-1);
  const isChosen = one.id === chosen.ids[chosen.messenger];
  const count = isChosen ? 0 : unreadOf(chosen.messenger, one);
  const row = choice(avatar(one.name, tintOf(one.id), "small"), one.name, last ? summary(last) : "No messages yet", { "aria-pressed": String(isChosen), onclick: choose(element, () => pick(one.id)) });
  if (count) row.append(h("span", { class: "badge" }, String(count)));
  return row;
})));

menu("client-menu", (element) => {
  const one = self();
  const { messenger } = chosen;
  const who = { messenger, user: one.id };
  const other = one.language === "ru" ? "en" : "ru";
  element.replaceChildren(...[
    one.language && choice(icon("globe"), `Switch to ${LANGUAGES[other]}`, null, { onclick: choose(element, () => trying(() => post("/clients", { ...who, name: one.name, language_code: other }))) }),
    choice(icon("link"), "Open a deep link…", "as from an invitation", { onclick: choose(element, () => $("#deep-link").showModal()) }),
    can(messenger, "block") && choice(icon("stop"), one.is_blocking ? "Unblock the bot" : "Block the bot", null, { class: one.is_blocking ? "choice" : "choice danger", onclick: choose(element, () => trying(() => post("/block", { ...who, blocked: !one.is_blocking }))) }),
  ].filter(Boolean));
});

$("#new-client").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const { messenger } = chosen;
  const added = await trying(() => post("/clients", { messenger, ...Object.fromEntries(new FormData(form)) }));
  if (!added) return;
  form.reset();
  $("#client-list").hidePopover();
  awaited = added.id;
  pick(added.id);
});

$("#deep-link").addEventListener("close", (event) => {
  const dialog = event.currentTarget;
  const payload = $("input", dialog).value.trim();
  if (dialog.returnValue !== "open" || !payload) return;
  const [path, body] = MESSENGERS[chosen.messenger].start(payload);
  trying(() => post(path, { ...side.acting(conversation.where), ...body }));
});
