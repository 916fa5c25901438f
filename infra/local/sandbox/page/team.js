// The team's side: who of the team one is, the rooms and topics, the one that is open.

import { Conversation } from "./conversation.js";
import { $, h, kept } from "./elements.js";
import { avatar, tintOf } from "./faces.js";
import { icon } from "./icons.js";
import { post, trying } from "./asking.js";
import { choice, choose, menu } from "./menus.js";
import { room, roomDetail, roomFace, roomName, shownName, topicOf } from "./places.js";
import { renderRooms } from "./rooms.js";
import { person, staffMember, world } from "./world.js";

const chosen = { staff: kept.read("staff", null), place: null };

/** The manager's chat with the bot is theirs alone, whoever is chosen. */
const isManagersChat = (where) => where.chat === world.rooms.manager && where.chat > 0;
export const selfIn = (where) => person(isManagersChat(where) ? world.rooms.manager : chosen.staff);

const side = {
  name: "Team",
  seesEverybody: true,
  selfId: () => selfIn(chosen.place)?.id,
  acting: (where) => ({ messenger: "telegram", staff: selfIn(where).id, chat: where.chat }),
  writing: (where) => ({ ...side.acting(where), topic: where.topic }),
  tickOf: () => null,
  isBlocking: () => false,
  keyboard: () => [],
  placeholder: () => {
    const name = selfIn(chosen.place)?.name ?? "the team";
    return chosen.place.topic ? `Reply as ${name}, or // for a note` : `Message as ${name}`;
  },
  emptyWords: (where) => h("div", { class: "empty" }, roomFace(where), h("strong", {}, roomName(where)), world.groups.get(where.chat).is_forum ? "Topics open on the left when clients write. This is the place for everybody." : "Nothing here yet."),
};

export let conversation = null;

export function begin(onRead) {
  conversation = new Conversation($("#team-conversation"), side, onRead);
}

export function goTo(where, enter = true) {
  chosen.place = where;
  kept.write("place", { chat: where.chat, topic: where.topic });
  if (enter) $(".panel.team").classList.add("in-room");
  conversation.open(where);
  render();
}

export function render() {
  if (!staffMember(chosen.staff)) chosen.staff = (world.staff.find((member) => member.role === "support") ?? world.staff[0]).telegram_user_id;
  if (!chosen.place) return goTo(lastPlace(), false);
  const topic = topicOf(chosen.place);
  if (topic?.deleted) return goTo(room(world.rooms.desk), false);
  renderList();
  $("#room-title").replaceChildren(roomFace(chosen.place), h("span", {}, h("b", {}, topic?.closed && icon("lock", "lock"), shownName(chosen.place)), h("small", {}, roomDetail(chosen.place))));
  $("#topic-more").hidden = !topic;
  renderPicker();
  return conversation.render();
}

export const renderList = () => chosen.place && renderRooms({ chosen: chosen.place, selfIn, isRead: conversation.stuck, goTo });

function lastPlace() {
  const last = kept.read("place", null);
  const known = last && world.groups.has(last.chat) && (!last.topic || world.groups.get(last.chat).topics.get(last.topic)?.deleted === false);
  return known ? room(last.chat, last.topic) : room(world.rooms.desk);
}

function renderPicker() {
  const one = selfIn(chosen.place);
  const role = staffMember(one.id)?.role;
  const detail = isManagersChat(chosen.place) && one.id !== chosen.staff ? `${role ?? "manager"}, in their own chat` : `team, ${role ?? ""}`;
  const button = $("#staff-picker");
  const sign = JSON.stringify([one, detail]);
  if (button.dataset.sign === sign) return;
  button.dataset.sign = sign;
  button.setAttribute("aria-label", `Staff: ${one.name}`);
  button.replaceChildren(avatar(one.name, tintOf(one.id)), h("span", { class: "who-words" }, h("b", {}, one.name), h("small", {}, detail)), icon("chevron", "chevron"));
}

menu("staff-list", (element) => $("[data-choices]", element).replaceChildren(...world.staff.map((member) =>
  choice(avatar(member.name, tintOf(member.telegram_user_id), "small"), member.name, member.role, {
    "aria-pressed": String(member.telegram_user_id === chosen.staff),
    onclick: choose(element, () => {
      chosen.staff = member.telegram_user_id;
      kept.write("staff", chosen.staff);
      render();
      conversation.composer.input.focus();
    }),
  }))));

menu("topic-menu", (element) => element.replaceChildren(
  choice(icon("trash"), "Delete this topic", null, { class: "choice danger", onclick: choose(element, () => trying(() => post("/topics/delete", { chat: chosen.place.chat, topic: chosen.place.topic }))) })));

$("#back").addEventListener("click", () => {
  $(".panel.team").classList.remove("in-room");
  $('.room-row[aria-selected="true"]')?.focus();
});

// A link to a topic of this forum, as Telegram writes them, stays on the page; all others open in a tab of their own.
document.addEventListener("click", (event) => {
  const [, group, thread] = /^https:\/\/t\.me\/c\/(\d+)\/(\d+)$/.exec(event.target.closest?.("a[href]")?.href ?? "") ?? [];
  if (!world.groups.get(Number(`-100${group}`))?.topics.has(Number(thread))) return;
  event.preventDefault();
  goTo(room(Number(`-100${group}`), Number(thread)));
});
